/* Dragging a column by its head, with a finger by the handle there. It is lifted by a transform and stays in its list; the
   others make room by transforms of their own. */

import { part } from "../helpers/dom.js";
import { onDrag } from "../helpers/pointer_drag.js";
import { may } from "../helpers/rights.js";
import { ColumnPlaces, pull } from "../models/drag.js";
import { store } from "../models/project_store.js";
import { moveColumn } from "./column_menu.js";

export class ColumnDrag {
  #board;
  #held = null;

  constructor(board) {
    this.#board = board;
    onDrag(board, {
      handle: '[data-part="column-handle"]',
      pick: (target, { onHandle }) =>
        may("manage_columns") && target.closest(".column-head") && (onHandle || !target.closest("button, input"))
          ? target.closest("task-column")
          : null,
      lift: (column, at) => this.#lift(column, at),
      move: (at) => (this.#held.at = at),
      drop: () => this.#end({ drop: true }),
      cancel: () => this.#end({ drop: false }),
    });
  }

  get active() {
    return this.#held !== null;
  }

  redrawn() {
    if (!this.#held) return;
    if (!this.#held.element.isConnected) return; // somebody deleted it: the drop ends with nothing
    this.#measure();
  }

  #lift(element, at) {
    this.#held = { element, id: element.column.id, from: at.x, at, index: null, scrolled: 0, shifted: new Map() };
    this.#board.setAttribute("data-dragging", "column");
    element.setAttribute("data-lifted", "");
    this.#measure();
    this.#held.frame = requestAnimationFrame(this.#tick);
  }

  #measure() {
    const held = this.#held;
    const list = part(this.#board, "columns");
    const sign = document.documentElement.dir === "rtl" ? -1 : 1;
    const columns = [...list.querySelectorAll(":scope > task-column")].map((column) => ({
      id: column.column.id,
      left: sign > 0 ? column.offsetLeft : -(column.offsetLeft + column.offsetWidth),
      width: column.offsetWidth,
    }));
    const edges = this.#board.getBoundingClientRect();
    Object.assign(held, { sign, edges, places: new ColumnPlaces({ columns, gap: 8, id: held.id }) });
    if (held.start === undefined) held.start = this.#board.scrollLeft;
  }

  #tick = () => {
    const held = this.#held;
    if (!held) return;
    held.frame = requestAnimationFrame(this.#tick);
    const across = pull(held.at.x, held.edges.left, held.edges.right);
    if (across) {
      this.#board.scrollLeft += across;
      held.scrolled = this.#board.scrollLeft - held.start;
    }
    const moved = held.at.x - held.from + held.scrolled;
    held.element.style.transform = `translate3d(${moved}px, 0, 0)`;
    const index = held.places.at(moved * held.sign);
    if (index === held.index) return;
    held.index = index;
    const shifts = held.places.shifts(index);
    for (const id of held.shifted.keys()) if (!shifts.has(id)) this.#columnOf(id)?.style.removeProperty("transform");
    for (const [id, shift] of shifts) this.#columnOf(id)?.style.setProperty("transform", `translateX(${shift * held.sign}px)`);
    held.shifted = shifts;
  };

  #end({ drop }) {
    const held = this.#held;
    this.#held = null;
    cancelAnimationFrame(held.frame);
    this.#board.removeAttribute("data-dragging");
    held.element.removeAttribute("data-lifted");
    held.element.style.removeProperty("transform");
    for (const id of held.shifted.keys()) this.#columnOf(id)?.style.removeProperty("transform");
    if (drop && held.index !== null && store.columns.has(held.id)) moveColumn(held.id, held.places.neighbours(held.index));
    this.#board.draw();
  }

  #columnOf(id) {
    return this.#board.querySelector(`task-column[data-column-id="${id}"]`);
  }
}
