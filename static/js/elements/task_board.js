/* <task-board>: columns side by side, drawn from the store once a frame however many events came. One card element a
   task, so that a card that moves keeps its focus and can be followed by the eye. */

import { api } from "../helpers/api.js";
import { arrange, fromTemplate, isWriting, oncePerFrame, part, reducedMotion } from "../helpers/dom.js";
import { onPress } from "../helpers/press.js";
import { may } from "../helpers/rights.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { collapsed } from "../models/collapsed.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { CardDrag } from "./card_drag.js";
import { CardLift } from "./card_lift.js";
import { change as changeColumn, moveColumn } from "./column_menu.js";
import { LineDrag } from "./line_drag.js";
import { announce } from "./live_announcer.js";
import { openMoveMenu, openTaskMenu } from "./task_menu.js";
import { toast } from "./toast_stack.js";

const MINUTE = 60_000;
const MOVING = 180;
const APPEARING = 120;
const FIRST = 6; // columns whose cards are drawn before one knows which are in sight
const FOLLOWED = 20; // more cards than that move at once only when something big happens: no show then

export class TaskBoard extends HTMLElement {
  #stop = [];
  #cards = new Map();
  #columns = new Map();
  #moved = new Set();
  #appeared = new Set();
  #everything = true;
  #clock;
  #newColumn;
  // Of thirty columns one sees four: those a screen further on are drawn too, so that one scrolls into nothing empty.
  #sight = new IntersectionObserver((seen) => this.#near(seen), { root: this, rootMargin: "0px 100%" });
  #draw = oncePerFrame(() => this.draw());
  #current = null; // the card that Tab comes to
  #drags = [new CardDrag(this), columnDrag(this)];
  #lift = new CardLift(this);

  connectedCallback() {
    this.#stop = [
      store.on("task", (change) => this.#taskChanged(change)),
      ...["column", "label", "member", "me", "project", "outbox"].map((noun) => store.on(noun, () => this.#drawAll())),
      store.on("filter", () => this.#draw()),
      store.on("viewing", ({ task }) => this.#cards.get(task)?.drawViewers()),
      router.on(() => this.#mark()),
    ];
    for (const kind of ["keydown", "focusin", "click", "column:draw", "column:rename"])
      this.addEventListener(kind, this);
    document.addEventListener("keydown", this);
    onPress(this, ({ x, y, target }) => this.#press(target, { x, y }));
    this.#clock = setInterval(() => this.#cards.forEach((card) => card.drawDue()), MINUTE);
    this.draw();
    this.#mark();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    clearInterval(this.#clock);
    document.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    const handled = {
      keydown: () => (event.currentTarget === this ? this.#key(event) : this.#pageKey(event)),
      focusin: () => this.#hold(event.target.closest("task-card")),
      click: () => this.#click(event),
      "column:draw": () => this.#draw(),
      "column:rename": () => changeColumn({ id: event.detail.id }, { name: event.detail.name }),
    }[event.type];
    handled();
  }

  /** Puts the focus on the board: the card one was at, else the first. */
  focusBoard() {
    if (this.hidden) return focusInLayout();
    (this.#cards.get(this.#current) ?? this.querySelector("task-card"))?.link.focus();
  }

  /** Puts the focus on a task's card, drawing it if need be. */
  focusTask(id) {
    const task = store.tasks.get(id);
    if (this.hidden) return focusInLayout(id);
    if (!task) return this.focusBoard();
    this.#columns.get(task.column)?.keep(id);
    this.draw();
    this.#cards.get(id)?.link.focus();
  }

  draw() {
    this.hidden = boardView.layout !== "board" || Boolean(boardView.filter.lanes);
    if (this.hidden) {
      this.#moved.clear();
      this.#appeared.clear();
      return;
    }
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const before = this.#places();
    const columns = changes.board.columns();
    arrange(part(this, "columns"), [...columns.map((column) => this.#columnOf(column)), ...this.#adder()]);
    for (const column of columns) this.#columns.get(column.id).draw((task) => this.#cardOf(task));
    for (const id of [...this.#columns.keys()]) if (!store.columns.has(id)) this.#columns.delete(id);
    for (const id of [...this.#cards.keys()]) if (!store.tasks.has(id)) this.#cards.delete(id);
    this.#everything = false;
    this.#refocus(focused);
    this.#animate(before);
    for (const drag of this.#drags) drag.redrawn();
    this.toggleAttribute("data-movable", may("move_tasks"));
    this.toggleAttribute("data-columns-movable", may("manage_columns"));
  }

  // What changed

  #taskChanged({ action, id, row, previous, by, live }) {
    if (action === "reset") return this.#drawAll();
    const others = live && by !== store.me.id;
    if (action === "created" && !others && row?.created_by === store.me.id) {
      this.#columns.get(row.column)?.keep(id);
      boardView.keep(id);
    }
    if (row && previous && (row.column !== previous.column || row.position !== previous.position)) {
      if (others) this.#moved.add(id);
      else this.#columns.get(row.column)?.keep(id);
    }
    if (others && action === "created" && !previous) this.#appeared.add(id);
    if (others) this.#tell(action, row ?? previous, previous, by);
    this.#draw();
  }

  #tell(action, task, previous, by) {
    const words = this.#wordsFor(action, task, previous);
    if (words)
      announce(
        interpolate(words, {
          name: by ? store.person(by).name : gettext("Somebody"),
          ref: task.ref,
          title: task.title,
          column: store.columns.get(task.column)?.name,
        }),
      );
  }

  #wordsFor(action, task, previous) {
    if (action === "created") return gettext("%(name)s added %(ref)s, %(title)s");
    if (action === "deleted" && store.tasks.known(task.id)) return gettext("%(name)s archived %(ref)s, %(title)s");
    if (action === "deleted") return gettext("%(name)s deleted %(ref)s, %(title)s");
    if (previous && task.column !== previous.column) return gettext("%(name)s moved %(ref)s to %(column)s");
    if (previous && task.title !== previous.title) return gettext("%(name)s renamed %(ref)s: %(title)s");
    return null;
  }

  #drawAll() {
    this.#everything = true;
    this.#draw();
  }

  #columnOf(column) {
    const made = this.#columns.get(column.id) ?? this.#makeColumn();
    this.#columns.set(column.id, made);
    made.column = column;
    return made;
  }

  #makeColumn() {
    const made = fromTemplate("task-column");
    made.near = this.#columns.size < FIRST;
    if (!made.near) this.#sight.observe(made);
    return made;
  }

  /** What has come near stays drawn. */
  #near(seen) {
    const come = seen.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target);
    for (const column of come) {
      column.near = true;
      this.#sight.unobserve(column);
    }
    if (come.length) this.#draw();
  }

  #cardOf(task) {
    const known = this.#cards.get(task.id);
    const card = known ?? fromTemplate("task-card");
    if (this.#everything || card.task !== task) card.task = task; // rows are replaced, never changed
    if (!known) {
      this.#cards.set(task.id, card);
      this.#current ??= task.id;
      this.#markCard(card);
    }
    return card;
  }

  // Moving before the eye

  #places() {
    const followed = this.#moved.size <= FOLLOWED && !reducedMotion() && !document.hidden;
    const ids = followed ? [...this.#moved] : [];
    this.#moved.clear();
    return new Map(
      ids
        .filter((id) => this.#cards.get(id)?.isConnected)
        .map((id) => [id, this.#cards.get(id).getBoundingClientRect()]),
    );
  }

  #animate(before) {
    for (const [id, from] of before) {
      const card = this.#cards.get(id);
      if (!card?.isConnected) continue;
      const to = card.getBoundingClientRect();
      const [x, y] = [from.x - to.x, from.y - to.y];
      if (x || y)
        card.animate(
          [
            { transform: `translate(${x}px, ${y}px)`, zIndex: 2 },
            { transform: "none", zIndex: 2 },
          ],
          { duration: MOVING, easing: "ease-out" },
        );
    }
    if (!reducedMotion() && this.#appeared.size <= FOLLOWED) {
      for (const id of this.#appeared)
        this.#cards.get(id)?.animate([{ opacity: 0 }, { opacity: 1 }], { duration: APPEARING });
    }
    this.#appeared.clear();
  }

  // Focus

  #hold(card) {
    if (!card || card.task.id === this.#current) return;
    const previous = this.#cards.get(this.#current);
    this.#current = card.task.id;
    if (previous) this.#markCard(previous);
    this.#markCard(card);
  }

  /** After drawing: a card that moved keeps the focus, and of a card that went its neighbour has it. */
  #refocus(focused) {
    if (!this.#cards.has(this.#current)) {
      this.#current = this.querySelector("task-card")?.task.id ?? null;
      if (this.#current !== null) this.#markCard(this.#cards.get(this.#current));
    }
    if (!focused || document.activeElement === focused) return;
    if (focused.isConnected) focused.focus({ preventScroll: true });
    else if (this.#neighbour?.isConnected) this.#neighbour.link.focus();
    else this.focusBoard();
  }

  #neighbour = null;

  /** Which card follows when this one goes. */
  #remember(card) {
    this.#neighbour = card.nextElementSibling ?? card.previousElementSibling;
  }

  /** The open task's card, and the one that Tab comes to. */
  #mark() {
    this.#cards.forEach((card) => this.#markCard(card));
  }

  #markCard(card) {
    card.link.tabIndex = card.task.id === this.#current ? 0 : -1;
    if (router.current.task === card.task.number) card.setAttribute("data-open", "");
    else card.removeAttribute("data-open");
  }

  // Hand and keys

  #click(event) {
    const button = event.target.closest('task-card [data-part="menu"]');
    if (!button) return;
    const card = button.closest("task-card");
    this.#remember(card);
    openTaskMenu(card.task.id, button, { returnTo: card.link });
  }

  #press(target, at) {
    const card = target.closest("task-card");
    if (!card || isWriting(target)) return false;
    this.#hold(card);
    this.#remember(card);
    openTaskMenu(card.task.id, at, { returnTo: card.link });
    return true;
  }

  #pageKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (document.querySelector("dialog[open], action-menu")) return;
    if (event.key !== "c" || event.repeat || !may("create_tasks")) return;
    event.preventDefault();
    if (router.current.task !== null) router.closeTask();
    if (this.hidden) return document.querySelector("quick-add")?.write();
    const here = document.activeElement?.closest("task-column") ?? this.querySelector("task-column");
    here?.write();
  }

  #key(event) {
    this.#draw.now(); // a key finds what the one before it has changed
    const target = document.activeElement;
    const card = target.closest("task-card");
    if (!card || isWriting(target)) return;
    if (this.#lift.active) {
      if (!this.#lift.key(event)) return;
      event.preventDefault();
      return event.stopPropagation();
    }
    const moving = (event.altKey && event.shiftKey) || event.ctrlKey;
    if (event.key.startsWith("Arrow") && moving) return this.#moveByKey(event, card);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = card.task.id;
    const act = {
      ArrowDown: () => this.#step(card, 0, 1),
      j: () => this.#step(card, 0, 1),
      ArrowUp: () => this.#step(card, 0, -1),
      k: () => this.#step(card, 0, -1),
      ArrowRight: () => this.#step(card, inline(1), 0),
      l: () => this.#step(card, inline(1), 0),
      ArrowLeft: () => this.#step(card, inline(-1), 0),
      h: () => this.#step(card, inline(-1), 0),
      Home: () => this.#step(card, 0, -Infinity),
      End: () => this.#step(card, 0, Infinity),
      m: () => openMoveMenu(id, card, { returnTo: card.link }),
      ".": () => openTaskMenu(id, card, { returnTo: card.link }),
      " ": () => this.#lift.lift(card),
      d: () => may("move_tasks") && (card.task.completed_at ? changes.reopen(id) : changes.complete(id)),
      e: () => may("move_tasks") && changes.archive(id),
      Delete: () => may("delete_tasks") && changes.delete(id),
      Backspace: () => may("delete_tasks") && changes.delete(id),
    }[event.key];
    if (!act || target.closest("button")) return;
    event.preventDefault();
    event.stopPropagation();
    this.#remember(card);
    act();
  }

  #moveByKey(event, card) {
    if (!may("move_tasks")) return;
    event.preventDefault();
    event.stopPropagation();
    const { task } = card;
    const sideways = { ArrowLeft: inline(-1), ArrowRight: inline(1) }[event.key];
    if (!sideways) return changes.move(task.id, { place: event.key === "ArrowUp" ? "up" : "down" });
    const columns = changes.board.columns().filter(({ id }) => !collapsed.has(id));
    const column = columns[columns.findIndex(({ id }) => id === task.column) + sideways];
    if (!column) return;
    const index = changes.board.cards(task.column).findIndex(({ id }) => id === task.id);
    changes.move(task.id, { column: column.id, place: { index } });
    // Drawn at once, so that the focus follows the card and the next key finds it there.
    this.draw();
    card.link.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #step(card, across, along) {
    const column = card.closest("task-column");
    const columns = [...this.querySelectorAll("task-column")].filter((each) => each.cards.length || this.#awaits(each));
    const index = column.cards.indexOf(card);
    if (across) {
      const next = columns[columns.indexOf(column) + across];
      if (next && !next.cards.length) {
        next.near = true;
        this.draw();
      }
      return next?.cards[Math.min(index, next.cards.length - 1)]?.link.focus();
    }
    const wanted = Math.max(0, Math.min(index + along, column.cards.length - 1));
    column.cards[wanted].link.focus();
  }

  /** Whether its cards are still to be drawn. */
  #awaits({ column: { id } }) {
    return !collapsed.has(id) && boardView.shown(changes.board.cards(id)).length > 0;
  }

  // A new column

  #adder() {
    if (!may("manage_columns")) return [];
    this.#newColumn ??= this.#makeAdder();
    return [this.#newColumn];
  }

  #makeAdder() {
    const form = fromTemplate("new-column");
    const [open, name] = [part(form, "open"), part(form, "name")];
    const show = (writing) => {
      open.hidden = writing;
      name.hidden = !writing;
      if (writing) name.focus();
    };
    open.addEventListener("click", () => show(true));
    name.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Escape") return;
      name.value = "";
      show(false);
      open.focus();
    });
    name.addEventListener("blur", () => !name.value.trim() && show(false));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!name.value.trim()) return;
      try {
        store.columns.put(await api.post(`projects/${store.project.id}/columns`, { name: name.value.trim() }));
        name.value = "";
        show(false);
        open.focus();
      } catch (error) {
        toast({ text: error.words ?? error.message, kind: "danger" });
      }
    });
    return form;
  }
}

/** Columns go by their heads. */
const columnDrag = (board) =>
  new LineDrag(board, {
    name: "column",
    handle: '[data-part="column-handle"]',
    pick: (target, { onHandle }) =>
      may("manage_columns") && target.closest(".column-head") && (onHandle || !target.closest("button, input"))
        ? target.closest("task-column")
        : null,
    line: () => [...board.querySelectorAll("task-column")],
    idOf: ({ column }) => column.id,
    scroller: () => board,
    across: true,
    drop: moveColumn,
  });

const inline = (step) => (document.documentElement.dir === "rtl" ? -step : step);

/** Where the board gives way to lanes, list or calendar: the task `id` there, else the one that Tab comes to. */
function focusInLayout(id = null) {
  const layout = document.querySelector(":is(task-list, task-lanes, task-calendar):not([hidden])");
  const link = layout?.querySelector(`[data-task-id="${id}"] a`) ?? layout?.querySelector('[data-task-id] a[tabindex="0"]');
  link?.focus();
}

customElements.define("task-board", TaskBoard);
