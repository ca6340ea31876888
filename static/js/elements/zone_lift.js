/* Moving a task from place to place without a pointer, in lanes and in the calendar: Space lifts it, arrows carry it,
   Space drops it, Escape puts it back; each step is said. The layout draws it where it is carried; the server hears of
   the drop alone. */

import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { answer } from "./live_announcer.js";
import { tellLost } from "./lost_task.js";
import { linkOf } from "./task_gestures.js";

const CARRIES = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

export class ZoneLift {
  #root;
  #how;
  #held = null; // {task, shown, from, zone, back}

  /**
   * zones: selector of the places; may(), takes() and drop() as ZoneDrag has them; next(zone, key, task) -> the place that the arrow leads to, or null;
   * name(zone) -> its words; begin() -> what puts the layout back as it was. The layout's
   * draw() asks isAway() and cardIn().
   */
  constructor(root, how) {
    this.#root = root;
    this.#how = { takes: () => true, ...how };
    root.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    store.on("task", ({ id, action }) => id === this.#held?.task.id && action === "deleted" && queueMicrotask(() => this.#lost()));
    // Whoever turns to something else has not dropped it.
    document.addEventListener("pointerdown", () => this.putBack(), true);
  }

  /** Whether a task that stands in this place is carried elsewhere. */
  isAway(id, zone) {
    const held = this.#held;
    return held?.task.id === id && held.from === zone && held.zone !== zone;
  }

  /** The element of the task that is carried from elsewhere to this place. */
  cardIn(zone) {
    const held = this.#held;
    return held?.zone === zone && held.from !== zone ? held.shown : null;
  }

  lift(shown) {
    const task = store.tasks.get(shown.dataset.taskId);
    if (!task || !this.#how.may()) return;
    const from = shown.closest(this.#how.zones);
    this.#held = { task, shown, from, zone: from, back: this.#how.begin?.() };
    shown.toggleAttribute("data-carried", true);
    from.toggleAttribute("data-over", true);
    const words = gettext("%(ref)s lifted. %(place)s. Arrows move it, Space drops it, Escape puts it back.");
    answer(interpolate(words, { ref: task.ref, place: this.#how.name(from) }));
  }

  putBack() {
    const held = this.#let();
    if (!held) return;
    held.back?.();
    this.#root.draw();
    linkOf(held.shown).focus();
    answer(interpolate(gettext("%(ref)s is back where it was. %(place)s."), { ref: held.task.ref, place: this.#how.name(held.from) }));
  }

  #key(event) {
    if (!this.#held) return;
    const carries = CARRIES.has(event.key);
    const act = carries
      ? () => this.#carry(event.key)
      : { " ": () => this.#drop(), Enter: () => this.#drop(), Escape: () => this.putBack() }[event.key];
    if (event.key === "Tab") this.putBack();
    const typed = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
    if (!act && !typed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act?.();
  }

  #carry(key) {
    const held = this.#held;
    const zone = this.#how.next(held.zone, key, held.task);
    if (!zone || !this.#how.takes(zone, held.from)) return answer(gettext("It goes no further that way."));
    held.zone.removeAttribute("data-over");
    held.zone = zone;
    this.#root.draw();
    zone.toggleAttribute("data-over", true);
    linkOf(held.shown).focus({ preventScroll: true });
    held.shown.scrollIntoView({ block: "nearest", inline: "nearest" });
    answer(`${this.#how.name(zone)}.`);
  }

  #drop() {
    const { task, zone, from, shown, back } = this.#let();
    if (zone === from) {
      back?.();
      this.#root.draw();
    } else this.#how.drop([task.id], zone, from);
    this.#root.draw();
    answer(interpolate(gettext("%(ref)s dropped. %(place)s."), { ref: task.ref, place: this.#how.name(zone) }));
    const there = shown.isConnected ? shown : this.#root.querySelector(`[data-task-id="${task.id}"]`);
    if (there) linkOf(there).focus();
  }

  #lost() {
    if (!this.#held || store.tasks.has(this.#held.task.id)) return;
    tellLost(this.#let().task);
    this.#root.draw();
  }

  #let() {
    const held = this.#held;
    this.#held = null;
    held?.zone.removeAttribute("data-over");
    held?.shown.removeAttribute("data-carried");
    return held;
  }
}
