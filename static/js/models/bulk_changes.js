/* One act upon several tasks: seen at once, sent as one request, taken back as one; refused, all of it is as it was, and
   the store's "news" says why. No DOM. */

import { api as pageApi } from "../helpers/api.js";
import { warningOf } from "../helpers/blocking.js";
import { patiently } from "../helpers/patience.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { between } from "./board.js";
import { store as pageStore } from "./project_store.js";
import { changes as pageChanges } from "./task_changes.js";

export class BulkChanges {
  #store;
  #api;
  #board;
  #now;
  #wait;

  constructor({ store = pageStore, api = pageApi, board = pageChanges.board, now = Date.now, wait } = {}) {
    this.#store = store;
    this.#api = api;
    this.#board = board;
    this.#now = now;
    this.#wait = wait;
  }

  /**
   * Into a column, in the order of the board: between two neighbours (ids of cards that stay), else at its end. `also`:
   * what is done to them in the same act, {action: "assign" | "label" | "change", ...its values}.
   */
  move(ids, column, { after = null, before = null, also = null } = {}) {
    const { name, done } = this.#store.columns.get(column);
    const patch = this.#entering(column, { after, before });
    const values = { column, ...(after && { after }), ...(before && { before }), ...(also && { also }) };
    const both = (task) => ({ ...patch(task, done), ...(also && patchOf(also)(task)) });
    return this.#act(ids, "move", values, both, (count) =>
      interpolate(ngettext("%(count)s task moved to %(name)s.", "%(count)s tasks moved to %(name)s.", count), { count, name }),
    );
  }

  assign(ids, values) {
    return this.also(ids, { action: "assign", ...values });
  }

  label(ids, values) {
    return this.also(ids, { action: "label", ...values });
  }

  /** {priority} or {due_at}. */
  change(ids, values) {
    return this.also(ids, { action: "change", ...values });
  }

  /** What a move may do as well, done by itself. */
  also(ids, act) {
    const { action, ...values } = act;
    return this.#act(ids, action, values, patchOf(act), changed);
  }

  complete(ids) {
    const column = this.#board.doneColumn();
    const patch = column ? this.#entering(column.id) : null;
    const turn = (task) => {
      if (task.completed_at) return {};
      const moves = patch && !this.#store.columns.get(task.column)?.done;
      return moves ? patch(task, true) : { completed_at: this.#moment() };
    };
    return this.#act(ids, "complete", {}, turn, (count) =>
      interpolate(ngettext("%(count)s task completed.", "%(count)s tasks completed.", count), { count }),
    );
  }

  archive(ids) {
    return this.#act(ids, "archive", {}, () => ({ archived_at: this.#moment() }), (count) =>
      interpolate(ngettext("%(count)s task archived.", "%(count)s tasks archived.", count), { count }),
    );
  }

  delete(ids) {
    return this.#act(ids, "delete", {}, () => ({ hidden: true }), (count) =>
      interpolate(ngettext("%(count)s task deleted.", "%(count)s tasks deleted.", count), { count }),
    );
  }

  /** What entering a column does to one task after the other, each behind the last. */
  #entering(column, { after = null, before = null } = {}) {
    const placeOf = (id) => this.#store.tasks.get(id)?.position ?? null;
    const end = placeOf(before);
    let last = after || before ? placeOf(after) : (this.#board.cards(column).at(-1)?.position ?? null);
    return (task, done) => {
      last = between(last, end);
      const completed_at = done ? (task.completed_at ?? this.#moment()) : this.#leaves(task, column) ? null : task.completed_at;
      return { column, position: last, completed_at };
    };
  }

  #leaves(task, column) {
    return task.column !== column && Boolean(this.#store.columns.get(task.column)?.done);
  }

  async #act(ids, action, values, patchOf, words) {
    const tasks = this.#inOrder(ids);
    if (!tasks.length) return false;
    const takeOff = tasks.map((task) => this.#store.tasks.overlay(task.id, patchOf(task)));
    const completed = tasks.filter((task) => !task.completed_at && this.#store.tasks.get(task.id)?.completed_at);
    const warning = warningOf(completed, this.#store);
    const answer = this.#send({ tasks: tasks.map(({ id }) => id), action, ...values }).finally(() => {
      for (const each of takeOff) each();
    });
    this.#news(`${words(tasks.length)} ${warning}`.trim(), {
      done: answer.then(({ undo }) => undo),
      undo: (batch) => this.#undo(batch),
    });
    return (await answer).taken;
  }

  /** {taken, undo}: whether the server did it, and the batch by which it is taken back, if anything was changed. */
  async #send(values) {
    const body = { ...values, client_id: crypto.randomUUID() };
    try {
      const send = () => this.#api.post(`projects/${this.#store.project.id}/tasks/bulk`, body);
      const { items, undo } = await patiently(send, { wait: this.#wait });
      for (const row of items) this.#store.tasks.put(row);
      if (values.action === "delete") for (const id of values.tasks) this.#store.tasks.delete(id, { by: this.#store.me?.id });
      return { taken: true, undo };
    } catch (error) {
      this.#news(`${gettext("Nothing was changed.")} ${error.words ?? error.message}`, { kind: "danger" });
      return { taken: false };
    }
  }

  async #undo(batch) {
    const { items, detail } = await this.#api.post(`batches/${batch}/undo`);
    for (const row of items) this.#store.tasks.put(row, { revive: true });
    if (detail) this.#news(detail);
  }

  /** As they stand on the board: column by column, from the top. */
  #inOrder(ids) {
    const wanted = new Set(ids);
    return this.#board.columns().flatMap(({ id }) => this.#board.cards(id).filter((task) => wanted.has(task.id)));
  }

  #moment() {
    return new Date(this.#now()).toISOString();
  }

  #news(text, more = {}) {
    this.#store.emit({ noun: "news", action: "created", text, ...more });
  }
}

/** What an act of this kind makes of one task. */
function patchOf({ action, add = [], remove = [], ...values }) {
  if (action === "change") return () => values;
  const field = action === "assign" ? "assignees" : "labels";
  return (task) => ({ [field]: [...new Set([...task[field].filter((each) => !remove.includes(each)), ...add])] });
}

const changed = (count) => interpolate(ngettext("%(count)s task changed.", "%(count)s tasks changed.", count), { count });

/** The page's own. */
export const bulk = new BulkChanges();
