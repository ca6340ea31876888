/* Dragging a card over the board. At the lift all geometry is read, once; from then on a frame writes transforms alone:
   of a copy of the card that floats above the page, of the open place, and of the cards that make room for it. The card
   itself stays where it is until the drop, so that what others do meanwhile is drawn around it. */

import { part, reducedMotion } from "../helpers/dom.js";
import { dragCopy } from "../helpers/drag_copy.js";
import { onDrag } from "../helpers/pointer_drag.js";
import { may } from "../helpers/rights.js";
import { bulk } from "../models/bulk_changes.js";
import { CardPlaces, pull } from "../models/drag.js";
import { store } from "../models/project_store.js";
import { selection } from "../models/selection.js";
import { changes } from "../models/task_changes.js";
import { tellLost } from "./lost_task.js";

const LANDING = 120;

export class CardDrag {
  #board;
  #held = null;

  constructor(board) {
    this.#board = board;
    onDrag(board, {
      handle: '[data-part="handle"]',
      pick: (target, { onHandle }) =>
        may("move_tasks") && (onHandle || !target.closest("button, input, textarea")) ? target.closest("task-card") : null,
      lift: (card, at) => this.#lift(card, at),
      move: (at) => this.#move(at),
      drop: () => this.#drop(),
      cancel: () => this.#end({ back: true }),
    });
  }

  get active() {
    return this.#held !== null;
  }

  /** The board was drawn anew beneath the card: where everything lies now. */
  redrawn() {
    if (!this.#held) return;
    for (const id of this.#held.shifted.keys()) this.#cardOf(id)?.style.removeProperty("transform");
    this.#held.shifted = new Map();
    this.#measure();
    this.#aim();
  }

  #lift(card, at) {
    if (!card.isConnected || card.task === undefined) return false;
    const several = selection.has(card.task.id) && selection.size > 1;
    const { layer, copy, rect } = dragCopy(card, { several: several ? selection.size : 0 });
    const gap = document.createElement("div");
    gap.className = "drag-gap";
    gap.style.inlineSize = `${rect.width}px`;
    gap.style.blockSize = `${rect.height}px`;
    layer.prepend(gap);
    this.#held = {
      card,
      task: card.task,
      several,
      copy,
      gap,
      layer,
      height: rect.height,
      grip: { x: at.x - rect.left, y: at.y - rect.top },
      width: rect.width,
      at,
      shifted: new Map(),
      target: null,
    };
    this.#board.style.setProperty("--drag-space", `${rect.height}px`);
    this.#board.setAttribute("data-dragging", "card");
    card.setAttribute("data-lifted", "");
    this.#measure();
    this.#board.addEventListener("scroll", this.#scrolled, { capture: true, passive: true });
    this.#held.frame = requestAnimationFrame(this.#tick);
    return true;
  }

  /** Reads all there is to read, in one go. offsetTop knows nothing of transforms. */
  #measure() {
    const { task, height } = this.#held;
    const scrolls = new Map();
    const columns = [...this.#board.querySelectorAll("task-column")].map((column) => {
      const scroll = part(column, "scroll");
      const [outer, inner] = [column.getBoundingClientRect(), scroll.getBoundingClientRect()];
      const cards = column.cards.map((card) => ({
        id: card.task.id,
        top: card.offsetTop - scroll.offsetTop,
        height: card.offsetHeight,
      }));
      const id = column.column.id;
      scrolls.set(id, { element: scroll, at: scroll.scrollTop, most: scroll.scrollHeight - scroll.clientHeight });
      const seen = column.hasAttribute("data-collapsed") ? outer : inner;
      return { id, left: outer.left + 4, width: outer.width - 8, top: seen.top, bottom: seen.bottom, scroll: scroll.scrollTop, cards };
    });
    const board = this.#board.getBoundingClientRect();
    Object.assign(this.#held, {
      places: new CardPlaces({
        columns,
        gap: 6,
        first: 8,
        board: this.#board.scrollLeft,
        card: { id: task.id, column: store.tasks.get(task.id)?.column ?? null, height },
      }),
      scrolls,
      edges: { left: board.left, right: board.right },
      scrollLeft: this.#board.scrollLeft,
    });
  }

  #move(at) {
    this.#held.at = at;
  }

  #scrolled = ({ target }) => {
    if (!this.#held) return;
    if (target === this.#board) {
      this.#held.scrollLeft = this.#board.scrollLeft;
      return this.#held.places.scrolled(null, this.#held.scrollLeft);
    }
    for (const [id, scroll] of this.#held.scrolls) {
      if (scroll.element !== target) continue;
      scroll.at = target.scrollTop;
      this.#held.places.scrolled(id, scroll.at);
    }
  };

  #tick = () => {
    const held = this.#held;
    if (!held) return;
    held.frame = requestAnimationFrame(this.#tick);
    const { at, grip, copy } = held;
    copy.style.transform = `translate3d(${at.x - grip.x}px, ${at.y - grip.y}px, 0)`;
    this.#aim();
    this.#pull(held.target.column);
  };

  #aim() {
    const { at, grip, places, shifted, target: before } = this.#held;
    const target = places.at(at.x, at.y - grip.y);
    const same = before && target.column === before.column && target.index === before.index;
    if (!same || !shifted.size) this.#open(target);
    this.#place();
  }

  #open(target) {
    const held = this.#held;
    held.target = target;
    const shifts = held.places.shifts(target);
    for (const id of held.shifted.keys()) if (!shifts.has(id)) this.#cardOf(id)?.style.removeProperty("transform");
    for (const [id, shift] of shifts) {
      if (held.shifted.get(id) !== shift) this.#cardOf(id)?.style.setProperty("transform", `translateY(${shift}px)`);
    }
    held.shifted = shifts;
  }

  #place() {
    const { gap, places, target } = this.#held;
    const { x, y, top, bottom } = places.gap(target);
    gap.style.transform = `translate3d(${x}px, ${y}px, 0)`;
    gap.style.opacity = y >= top - 4 && y < bottom - 8 ? 1 : 0;
  }

  /** Near an edge the column, or the board, comes along. */
  #pull(column) {
    const { at, edges, places, scrolls } = this.#held;
    const { top, bottom } = places.bounds(column);
    const scroll = scrolls.get(column);
    const down = scroll.most > 0 ? pull(at.y, top, bottom) : 0;
    const to = Math.max(0, Math.min(scroll.at + down, scroll.most));
    if (to !== scroll.at) scroll.element.scrollTop = to;
    const across = pull(at.x, edges.left, edges.right);
    if (across) this.#board.scrollLeft = this.#held.scrollLeft + across;
  }

  #drop() {
    const { task } = this.#held;
    if (!store.tasks.has(task.id)) {
      tellLost(task);
      return this.#end({ back: false });
    }
    this.#aim();
    const { target, places } = this.#held;
    if (this.#held.several) return this.#dropSeveral(target, places);
    const index = changes.board.placeBetween(task.id, target.column, places.neighbours(target));
    const moved = changes.move(task.id, { column: target.column, place: { index } });
    this.#end({ back: !moved });
  }

  /** One of several that are selected takes the others along. */
  #dropSeveral({ column, index }, places) {
    const { ids } = selection;
    bulk.move(ids, column, changes.board.neighboursBut(ids, column, places.neighbours({ column, index })));
    selection.clear();
    this.#end({ back: false });
  }

  #end() {
    const held = this.#held;
    this.#held = null;
    cancelAnimationFrame(held.frame);
    this.#board.removeEventListener("scroll", this.#scrolled, { capture: true });
    for (const id of held.shifted.keys()) this.#cardOf(id)?.style.removeProperty("transform");
    this.#board.removeAttribute("data-dragging");
    this.#board.style.removeProperty("--drag-space");
    held.gap.remove();
    this.#board.draw();
    this.#land(held);
  }

  /** The copy comes to rest where the card stands now. */
  #land({ card, task, copy, layer }) {
    const over = () => {
      layer.remove();
      card.removeAttribute("data-lifted");
    };
    const to = card.isConnected && store.tasks.has(task.id) ? card.getBoundingClientRect() : null;
    if (!to || reducedMotion() || document.hidden) return over();
    const landing = copy.animate([{ transform: copy.style.transform || "none" }, { transform: `translate3d(${to.x}px, ${to.y}px, 0)` }], {
      duration: LANDING,
      easing: "ease-out",
      fill: "forwards",
    });
    landing.finished.then(over, over);
  }

  #cardOf(id) {
    return this.#board.querySelector(`task-card[data-task-id="${id}"]`);
  }
}
