/* Dragging one of several things in a line: columns by their heads, items of a checklist, channels of the rail; with a
   finger by the handle there. The dragged one is lifted by a transform and stays in its list; the others make room by
   transforms of their own. */

import { onDrag } from "../helpers/pointer_drag.js";
import { LinePlaces, pull } from "../models/drag.js";

export class LineDrag {
  #root;
  #how;
  #held = null;

  /**
   * root has data-dragging=`name` meanwhile. pick(target, {onHandle}) -> the element to drag, or null; line(root) -> all
   * of its line; idOf(element); scroller(root) -> what comes along at its edges; across: side by side, not one under the
   * other; drop(id, {after, before}): the ids of those it came to lie between.
   */
  constructor(root, { name, handle, pick, line, idOf, scroller, across = false, drop }) {
    this.#root = root;
    this.#how = { name, line, idOf, scroller, across, drop };
    onDrag(root, {
      handle,
      pick,
      lift: (element, at) => this.#lift(element, at),
      move: (at) => (this.#held.at = this.#along(at)),
      drop: () => this.#end({ drop: true }),
      cancel: () => this.#end({ drop: false }),
    });
  }

  get active() {
    return this.#held !== null;
  }

  /** The line was drawn anew beneath the hand: where all stand now. */
  redrawn() {
    if (!this.#held?.element.isConnected) return; // somebody deleted it: the drop ends with nothing
    this.#open(new Map());
    this.#held.index = null;
    this.#measure();
  }

  #lift(element, at) {
    const { name, idOf, scroller } = this.#how;
    const along = this.#along(at);
    const scroll = scroller(this.#root);
    this.#held = { element, id: idOf(element), begun: along, at: along, index: null, shifted: new Map(), scroll };
    this.#held.start = this.#scrolled;
    this.#root.setAttribute("data-dragging", name);
    element.setAttribute("data-lifted", "");
    this.#measure();
    this.#held.from = this.#held.places.from;
    this.#held.frame = requestAnimationFrame(this.#tick);
  }

  /** Reads all there is to read, in one go. offsetTop and offsetLeft know nothing of transforms, and what can be
   *  scrolled does: the lifted one would widen it without end. */
  #measure() {
    const held = this.#held;
    held.element.style.removeProperty("transform");
    const { line, idOf } = this.#how;
    held.sign = this.#how.across && document.documentElement.dir === "rtl" ? -1 : 1;
    const things = line(this.#root).map((each) => ({ id: idOf(each), ...this.#extent(each, held.sign) }));
    const gap = things.length > 1 ? things[1].from - things[0].from - things[0].size : 0;
    const edges = held.scroll.getBoundingClientRect();
    held.edges = this.#how.across ? [edges.left, edges.right] : [edges.top, edges.bottom];
    const beyond = this.#how.across
      ? held.scroll.scrollWidth - held.scroll.clientWidth
      : held.scroll.scrollHeight - held.scroll.clientHeight;
    held.reach = held.sign > 0 ? [0, beyond] : [-beyond, 0];
    held.places = new LinePlaces({ things, gap, id: held.id });
  }

  #extent(each, sign) {
    if (!this.#how.across) return { from: each.offsetTop, size: each.offsetHeight };
    return { from: sign > 0 ? each.offsetLeft : -(each.offsetLeft + each.offsetWidth), size: each.offsetWidth };
  }

  #tick = () => {
    const held = this.#held;
    if (!held) return;
    held.frame = requestAnimationFrame(this.#tick);
    if (!held.element.isConnected) return;
    const by = pull(held.at, ...held.edges);
    if (by) this.#scrollTo(this.#scrolled + by);
    held.element.style.transform = this.#translate(this.#moved);
    const index = held.places.at(this.#moved);
    if (index === held.index) return;
    held.index = index;
    this.#open(held.places.shifts(index));
  };

  /** How far it has gone. Others may have moved the place where it lies: it stays under the hand. */
  get #moved() {
    const { at, begun, start, sign, places, from } = this.#held;
    return (at - begun + this.#scrolled - start) * sign - (places.from - from);
  }

  #open(shifts) {
    const held = this.#held;
    const elements = new Map(this.#how.line(this.#root).map((each) => [this.#how.idOf(each), each]));
    for (const id of held.shifted.keys()) if (!shifts.has(id)) elements.get(id)?.style.removeProperty("transform");
    for (const [id, shift] of shifts) elements.get(id)?.style.setProperty("transform", this.#translate(shift));
    held.shifted = shifts;
  }

  #end({ drop }) {
    const held = this.#held;
    cancelAnimationFrame(held.frame);
    const goal = drop && held.element.isConnected ? held.places.neighbours(held.places.at(this.#moved)) : null;
    this.#open(new Map());
    this.#held = null;
    this.#root.removeAttribute("data-dragging");
    held.element.removeAttribute("data-lifted");
    held.element.style.removeProperty("transform");
    if (goal) this.#how.drop(held.id, goal);
  }

  #translate(along) {
    return this.#how.across ? `translateX(${along * this.#held.sign}px)` : `translateY(${along}px)`;
  }

  get #scrolled() {
    const { scroll } = this.#held;
    return this.#how.across ? scroll.scrollLeft : scroll.scrollTop;
  }

  #scrollTo(place) {
    const [least, most] = this.#held.reach;
    this.#held.scroll[this.#how.across ? "scrollLeft" : "scrollTop"] = Math.min(most, Math.max(least, place));
  }

  #along({ x, y }) {
    return this.#how.across ? x : y;
  }
}
