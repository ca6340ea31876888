/* Dragging tasks onto places, lanes' cells and days: with a mouse by the whole task, with a finger by its handle, all
   that are selected together. What lies under the hand says where they would go; a frame moves the copy and nothing else. */

import { dragCopy } from "../helpers/drag_copy.js";
import { onDrag } from "../helpers/pointer_drag.js";
import { pull } from "../models/drag.js";
import { store } from "../models/project_store.js";
import { selection } from "../models/selection.js";
import { tellLost } from "./lost_task.js";

export class ZoneDrag {
  #root;
  #how;
  #held = null;

  /**
   * zones, scrolls: selectors of the places, and of what comes along at its edges. may() -> whether one may drag at all;
   * takes(zone, from) -> whether this may be dropped there; orders() -> whether one says beside which tasks of the
   * place; drop(ids, zone, from, {after, before}): `from` is where the dragged one stood, the others its neighbours then.
   */
  constructor(root, { zones, scrolls, may, takes = () => true, orders = () => false, drop }) {
    this.#root = root;
    this.#how = { zones, scrolls, takes, orders, drop };
    onDrag(root, {
      handle: '[data-part="handle"]',
      pick: (target, { onHandle }) => (may() && (onHandle || !target.closest("button, input")) ? target.closest("[data-task-id]") : null),
      lift: (shown, at) => this.#lift(shown, at),
      move: (at) => (this.#held.at = at),
      drop: () => this.#end({ drop: true }),
      cancel: () => this.#end({ drop: false }),
    });
  }

  #lift(shown, at) {
    const task = store.tasks.get(shown.dataset.taskId);
    if (!task || !shown.isConnected) return false;
    const ids = selection.has(task.id) ? selection.ids : [task.id];
    const { layer, copy, rect } = dragCopy(shown, { several: ids.length > 1 ? ids.length : 0 });
    const grip = { x: at.x - rect.left, y: at.y - rect.top };
    this.#held = { shown, task, ids, from: shown.closest(this.#how.zones), zone: null, next: null, layer, copy, grip, at };
    this.#root.setAttribute("data-dragging", "task");
    shown.toggleAttribute("data-dragged", true);
    this.#held.frame = requestAnimationFrame(this.#tick);
    return true;
  }

  #tick = () => {
    const held = this.#held;
    if (!held) return;
    held.frame = requestAnimationFrame(this.#tick);
    const { at, copy, grip } = held;
    copy.style.transform = `translate3d(${at.x - grip.x}px, ${at.y - grip.y}px, 0)`;
    this.#pull(this.#aim());
  };

  /** Answers with what lies under the hand. */
  #aim() {
    const { at, from } = this.#held;
    const under = document.elementFromPoint(at.x, at.y);
    const zone = under && this.#root.contains(under) ? under.closest(this.#how.zones) : null;
    this.#point(zone && this.#how.takes(zone, from) ? zone : null);
    return under;
  }

  #point(zone) {
    const held = this.#held;
    const others = zone && this.#how.orders() ? this.#othersIn(zone) : [];
    const next = others.find((each) => isBelow(each, held.at.y)) ?? null;
    if (held.zone === zone && held.next === next) return;
    held.zone?.removeAttribute("data-over");
    this.#root.querySelector("[data-drop]")?.removeAttribute("data-drop");
    Object.assign(held, { zone, next });
    zone?.toggleAttribute("data-over", true);
    if (next) next.dataset.drop = "before";
    else if (others.length) others.at(-1).dataset.drop = "after";
  }

  /** Those that stay while it is dragged. */
  #othersIn(zone) {
    return [...zone.querySelectorAll("[data-task-id]")].filter((each) => !this.#held.ids.includes(idOf(each)));
  }

  /** Beside which tasks of the place it was let go; null where that is where it stands. */
  #placeIn(zone) {
    const { ids, shown, from, next } = this.#held;
    if (!this.#how.orders()) return zone === from ? null : {};
    const others = this.#othersIn(zone);
    const at = next ? others.indexOf(next) : others.length;
    const stood = [...zone.querySelectorAll("[data-task-id]")].indexOf(shown);
    if (zone === from && ids.length === 1 && at === stood) return null;
    return { after: at > 0 ? idOf(others[at - 1]) : null, before: next ? idOf(next) : null };
  }

  /** Near an edge of what scrolls it comes along. */
  #pull(under) {
    const { x, y } = this.#held.at;
    for (let each = under?.closest(this.#how.scrolls); each; each = each.parentElement?.closest(this.#how.scrolls)) {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      const [across, along] = [pull(x, left, right), pull(y, top, bottom)];
      if (across) each.scrollLeft += across;
      if (along) each.scrollTop += along;
    }
  }

  #end({ drop }) {
    if (drop) this.#aim();
    const { shown, task, ids, from, zone, layer, frame } = this.#held;
    const place = zone && this.#placeIn(zone);
    cancelAnimationFrame(frame);
    this.#point(null);
    this.#held = null;
    this.#root.removeAttribute("data-dragging");
    shown.removeAttribute("data-dragged");
    layer.remove();
    if (!drop) return;
    if (!store.tasks.has(task.id)) tellLost(task);
    else if (place) this.#how.drop(ids, zone, from, place);
  }
}

const idOf = (shown) => Number(shown.dataset.taskId);

function isBelow(shown, y) {
  const { top, height } = shown.getBoundingClientRect();
  return y < top + height / 2;
}
