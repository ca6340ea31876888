/* What of the board this page shows: the filter, lanes and layout of its address, as questions about tasks. Tells the
   store's "filter" when that changes. No DOM. */

import { fromLocalInput, toLocalInput } from "../helpers/format.js";
import { router as pageRouter } from "../helpers/router.js";
import { firstWeekday } from "../helpers/weeks.js";
import { cleared, format, fromView, hides, matcher, parse } from "./filter.js";
import { store as pageStore } from "./project_store.js";

const DAY = 86_400_000;
const MINUTE = 60_000;

export class BoardView {
  #store;
  #router;
  #now;
  #matches = null;
  #madeAt = 0;
  #kept = new Set(); // what one has just made here stays in sight, though the filter would hide it

  constructor({ store = pageStore, router = pageRouter, now = Date.now } = {}) {
    this.#store = store;
    this.#router = router;
    this.#now = now;
    this.filter = parse(router?.current.filter ?? "");
    router?.on(({ current, previous }) => current.filter !== previous.filter && this.#become(parse(current.filter)));
    for (const noun of ["me", "label"]) store.on(noun, () => (this.#matches = null));
  }

  get layout() {
    return this.filter.layout ?? "board";
  }

  get hides() {
    return hides(this.filter);
  }

  /** As it stands in the address. */
  get query() {
    return format(this.filter);
  }

  /** Whether it is what this saved view shows. */
  isOf(view) {
    return format(fromView(view.query)) === format({ ...this.filter, at: null });
  }

  /** Changes some of it: an entry of the browser's history, but for `replace`. */
  change(values, { replace = false } = {}) {
    this.open({ ...this.filter, ...values }, { replace });
  }

  open(filter, { replace = false } = {}) {
    this.#router.open({ filter: format(filter) }, { replace });
  }

  clear() {
    this.open(cleared(this.filter));
  }

  /** Of these tasks those that are to be seen, in their order. */
  shown(tasks) {
    return this.hides ? tasks.filter((task) => this.shows(task)) : tasks;
  }

  shows(task) {
    if (!this.hides) return true;
    // What is due today is another thing tomorrow.
    if (!this.#matches || this.#now() - this.#madeAt > MINUTE) this.#matches = this.#question();
    return this.#matches(task) || this.#kept.has(task.id);
  }

  keep(id) {
    this.#kept.add(id);
  }

  #become(filter) {
    this.filter = filter;
    this.#matches = null;
    this.#kept.clear();
    this.#store.emit({ noun: "filter", action: "updated", live: false });
  }

  #question() {
    this.#madeAt = this.#now();
    const now = this.#madeAt;
    const today = startOfDay(now);
    const into = (new Date(`${toLocalInput(new Date(now).toISOString()).slice(0, 10)}T00:00Z`).getUTCDay() - firstWeekday() + 7) % 7;
    const day = (offset) => startOfDay(today + DAY / 2 + offset * DAY);
    return matcher(this.filter, {
      me: this.#store.me?.id,
      now,
      today: [today, day(1)],
      week: [day(-into), day(7 - into)],
      nameOf: (label) => this.#store.labels.get(label)?.name ?? "",
    });
  }
}

/** The moment at which the day of a moment began, in the reader's zone. */
const startOfDay = (moment) =>
  Date.parse(fromLocalInput(`${toLocalInput(new Date(moment).toISOString()).slice(0, 10)}T00:00`));

/** The page's own. */
export const boardView = new BoardView();
