/* What became of a task, as lines between what people say of it; long runs are folded. */

import { activityWords } from "../helpers/activity_words.js";
import { element, fromTemplate, part } from "../helpers/dom.js";
import { fullMoment, relativeTime } from "../helpers/format.js";
import { interpolate, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";

const SHOWN_OF_A_RUN = 3;

export class ActivityLines {
  #lines = new Map(); // id of a row -> its line
  #folds = new Map(); // id of a run's first row -> the line that unfolds it
  #unfolded = new Set(); // first ids of runs that one has opened
  #draw;

  /** `draw` puts them in place again. */
  constructor(draw) {
    this.#draw = draw;
  }

  clear() {
    this.#lines.clear();
    this.#folds.clear();
  }

  /** The lines of a run: a long one shows its end, for what people say is not to be searched for among ticks. */
  of(rows) {
    const [first] = rows;
    const folded = rows.length - SHOWN_OF_A_RUN;
    if (folded < 2 || this.#unfolded.has(first.id)) return rows.map((row) => this.#line(row));
    const fold = this.#fold(first);
    fold.firstElementChild.textContent = interpolate(ngettext("%(count)s earlier change", "%(count)s earlier changes", folded), { count: folded });
    return [fold, ...rows.slice(-SHOWN_OF_A_RUN).map((row) => this.#line(row))];
  }

  #fold(first) {
    if (!this.#folds.has(first.id)) {
      const button = element("button", { type: "button", className: "btn btn-sm btn-quiet" });
      button.addEventListener("click", () => this.#unfold(first));
      this.#folds.set(first.id, element("li", { className: "activity-fold" }, button));
    }
    return this.#folds.get(first.id);
  }

  #unfold(first) {
    this.#unfolded.add(first.id);
    this.#draw();
    const line = this.#line(first);
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
  }

  #line(row) {
    if (!this.#lines.has(row.id)) this.#lines.set(row.id, fromTemplate("task-activity"));
    const line = this.#lines.get(row.id);
    if (row.by !== null) part(line, "avatar").setAttribute("user", row.by);
    part(line, "words").textContent = activityWords(row, store);
    Object.assign(part(line, "time"), {
      dateTime: row.created_at,
      textContent: relativeTime(row.created_at),
      title: fullMoment(row.created_at),
    });
    return line;
  }
}
