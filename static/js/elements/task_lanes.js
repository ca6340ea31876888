/* <task-lanes>: the board in groups across its columns, by who does what, by label or by priority. A card of two people
   stands in the lanes of both. */

import { arrange, element, fromTemplate, oncePerFrame, part } from "../helpers/dom.js";
import { count } from "../helpers/format.js";
import { may } from "../helpers/rights.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { bulk } from "../models/bulk_changes.js";
import { laneAct } from "../models/lanes.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { groups } from "./group_heads.js";
import { linkOf, listenToTasks, neighbour, rove } from "./task_gestures.js";
import { ZoneDrag } from "./zone_drag.js";
import { ZoneLift } from "./zone_lift.js";

const CELL = 10; // cards of a cell
const PAGE = 150; // cards of lanes, before one scrolls
const MINUTE = 60_000;
const KEPT = "taskroom:lanes";

export class TaskLanes extends HTMLElement {
  #stop = [];
  #lanes = new Map();
  #cards = new Map(); // "lane:id" -> card
  #opened = new Map(); // "lane:column" -> how many cards
  #closed = new Set(kept());
  #drawn = PAGE;
  #everything = true;
  #clock;
  #moves = {
    zones: ".lane-cell",
    may: () => may("move_tasks") || may("edit_tasks"),
    takes: (cell, from) => (cell.column === from.column || may("move_tasks")) && (cell.value === from.value || may("edit_tasks")),
    drop: (ids, cell, from, place) => this.#drop(ids, cell, from, place),
  };
  #drag = new ZoneDrag(this, { ...this.#moves, scrolls: "task-lanes", orders: () => may("move_tasks") });
  #lift = new ZoneLift(this, { ...this.#moves, next: (cell, key) => this.#next(cell, key), name: (cell) => cell.getAttribute("aria-label") });
  #draw = oncePerFrame(() => this.draw());

  connectedCallback() {
    const anew = () => {
      this.#everything = true;
      this.#draw();
    };
    this.#stop = [
      store.on("task", ({ action }) => (action === "reset" ? anew() : this.#draw())),
      store.on("filter", () => {
        this.#drawn = PAGE;
        this.#draw();
      }),
      ...["column", "label", "member", "me", "project"].map((noun) => store.on(noun, anew)),
      store.on("viewing", ({ task }) => this.#cards.forEach((card) => card.task.id === task && card.drawViewers())),
      router.on(() => this.#mark()),
    ];
    this.#clock = setInterval(() => this.#cards.forEach((card) => card.drawDue()), MINUTE);
    this.addEventListener("click", (event) => this.#click(event));
    listenToTasks(this, { step: (card, key) => this.#step(card, key), keys: { " ": (card) => this.#lift.lift(card) } });
    this.#watchEnd();
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    clearInterval(this.#clock);
  }

  draw() {
    const { lanes: kind } = boardView.filter;
    this.hidden = boardView.layout !== "board" || !kind;
    if (this.hidden) return;
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const columns = changes.board.columns();
    const tasks = columns.flatMap(({ id }) => boardView.shown(changes.board.cards(id)));
    this.#drawHeads(columns, tasks);
    const used = new Set();
    const all = groups(kind, tasks);
    const shown = [];
    for (const group of all) if (used.size < this.#drawn) shown.push(this.#lane(kind, group, columns, used));
    arrange(part(this, "lanes"), shown);
    part(this, "more").hidden = shown.length === all.length;
    for (const key of [...this.#cards.keys()]) if (!used.has(key)) this.#cards.delete(key);
    this.#everything = false;
    this.toggleAttribute("data-movable", this.#moves.may());
    part(this, "empty").hidden = tasks.length > 0;
    part(this, "inner").hidden = !tasks.length;
    part(this, "empty").textContent = store.tasks.size ? gettext("The filter hides all tasks.") : gettext("No tasks yet. C writes the first one.");
    this.#mark();
    rove(this);
    if (focused && !focused.isConnected) this.#refocus(focused);
    else if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  #drawHeads(columns, tasks) {
    part(this, "inner").style.setProperty("--columns", columns.length);
    part(this, "heads").replaceChildren(
      ...columns.map(({ id, name }) => {
        const all = tasks.filter((task) => task.column === id).length;
        return element(
          "span",
          {},
          element("span", { className: "truncate", textContent: name, dir: "auto" }),
          element("span", { className: "count meta", textContent: count(all) }),
        );
      }),
    );
  }

  #lane(kind, { key, value, label, mark, tasks }, columns, used) {
    const name = `${kind}:${key}`;
    if (!this.#lanes.has(name)) this.#lanes.set(name, fromTemplate("task-lane"));
    const lane = this.#lanes.get(name);
    lane.dataset.lane = name;
    lane.setAttribute("aria-label", label);
    part(lane, "label").textContent = label;
    part(lane, "mark").replaceChildren(mark);
    part(lane, "count").textContent = count(tasks.length);
    const open = !this.#closed.has(name);
    part(lane, "toggle").setAttribute("aria-expanded", String(open));
    part(lane, "cells").hidden = !open;
    const cells = open ? columns.map((column) => this.#cell(lane, name, value, label, column, tasks, used)) : [];
    arrange(part(lane, "cells"), cells);
    return lane;
  }

  #cell(lane, name, value, label, column, tasks, used) {
    const key = `${name}:${column.id}`;
    const cell = lane.querySelector(`.lane-cell[data-cell="${key}"]`) ?? element("div", { className: "lane-cell", dataset: { cell: key } });
    cell.setAttribute("role", "list");
    cell.setAttribute("aria-label", `${label}, ${column.name}`);
    Object.assign(cell, { column: column.id, value });
    const mine = tasks.filter((task) => task.column === column.id);
    const most = this.#opened.get(key) ?? CELL;
    const here = mine.filter((task, index) => index < most && !this.#lift.isAway(task.id, cell));
    const cards = here.map((task) => this.#card(`${name}:${task.id}`, task, used));
    const carried = this.#lift.cardIn(cell);
    if (carried) cards.unshift(this.#keep(carried, used));
    const left = mine.length - Math.min(most, mine.length);
    arrange(cell, [...cards, ...(left > 0 ? [this.#more(key, most, left)] : [])]);
    return cell;
  }

  #more(key, most, left) {
    const more = element("button", {
      type: "button",
      className: "btn btn-quiet btn-sm lane-more",
      textContent: interpolate(gettext("Show %(count)s more"), { count: count(left) }),
    });
    more.addEventListener("click", () => {
      this.#opened.set(key, most + 5 * CELL);
      this.draw();
    });
    return more;
  }

  #card(key, task, used) {
    used.add(key);
    const known = this.#cards.get(key);
    const card = known ?? fromTemplate("task-card");
    if (this.#everything || card.task !== task) card.task = task;
    if (!known) {
      card.querySelector('[data-part="menu"]').dataset.act = "menu";
      this.#cards.set(key, card);
    }
    return card;
  }

  /** One that is carried stays the element that it is, so that it keeps the focus. */
  #keep(card, used) {
    used.add([...this.#cards].find(([, known]) => known === card)?.[0]);
    return card;
  }

  #watchEnd() {
    const more = () => {
      this.#drawn += PAGE;
      this.#draw();
    };
    const seen = new IntersectionObserver(([entry]) => entry.isIntersecting && more(), { root: this, rootMargin: "600px 0px" });
    seen.observe(part(this, "more"));
    part(this, "more").addEventListener("click", more);
    this.#stop.push(() => seen.disconnect());
  }

  #mark() {
    this.#cards.forEach((card) => card.toggleAttribute("data-open", router.current.task === card.task.number));
  }

  #click(event) {
    const toggle = event.target.closest('[data-part="toggle"]');
    if (!toggle) return;
    const { lane } = toggle.closest(".lane").dataset;
    if (!this.#closed.delete(lane)) this.#closed.add(lane);
    keep([...this.#closed]);
    this.draw();
  }

  /** Up and down through the cards of a column, lane after lane; across to the same lane's next column that has any. */
  #step(card, key) {
    const cell = card.closest(".lane-cell");
    const across = { ArrowRight: inline(1), l: inline(1), ArrowLeft: inline(-1), h: inline(-1) }[key];
    if (!across) return neighbour([...this.querySelectorAll(`.lane-cell[data-cell$=":${cell.column}"] > task-card`)], card, key);
    let next = cell;
    do next = across > 0 ? next.nextElementSibling : next.previousElementSibling;
    while (next && !next.querySelector("task-card"));
    const at = [...cell.children].indexOf(card);
    return next && (next.children[at]?.matches("task-card") ? next.children[at] : next.querySelector("task-card"));
  }

  #refocus(focused) {
    const { taskId } = focused.closest("[data-task-id]")?.dataset ?? {};
    const card = this.querySelector(taskId ? `[data-task-id="${taskId}"]` : "task-card") ?? this.querySelector("task-card");
    if (card) linkOf(card).focus();
  }

  /** Where a carried card goes: along its lane, or in its column to the next lane that is open. */
  #next(cell, key) {
    const across = { ArrowRight: inline(1), ArrowLeft: inline(-1) }[key];
    if (across) return across > 0 ? cell.nextElementSibling : cell.previousElementSibling;
    const column = [...this.querySelectorAll(".lane-cell")].filter((each) => each.column === cell.column);
    const next = column[column.indexOf(cell) + (key === "ArrowDown" ? 1 : -1)];
    return next ?? null;
  }

  /** Into another column, another lane, or between two other cards: one act. */
  #drop(ids, cell, from, { after = null, before = null } = {}) {
    const tasks = ids.map((id) => store.tasks.get(id)).filter(Boolean);
    const also = laneAct(boardView.filter.lanes, tasks, from.value, cell.value);
    for (const id of ids) boardView.keep(id);
    // Beside the one above: what stands between the two in the column stands in other lanes.
    if (after || before) bulk.move(ids, cell.column, { ...(after ? { after } : { before }), also });
    else if (tasks.some((task) => task.column !== cell.column)) bulk.move(ids, cell.column, { also });
    else if (also) bulk.also(ids, also);
  }
}

const inline = (step) => (document.documentElement.dir === "rtl" ? -step : step);

/** The lanes that are closed here: in this browser, for this project. */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(`${KEPT}:${store.project.id}`)) ?? [];
  } catch {
    return [];
  }
}

function keep(closed) {
  try {
    localStorage.setItem(`${KEPT}:${store.project.id}`, JSON.stringify(closed));
  } catch {
    // open again, next time
  }
}

customElements.define("task-lanes", TaskLanes);
