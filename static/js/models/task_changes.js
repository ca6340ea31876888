/* Changes to tasks, seen at once and taken back in words when the server refuses. What one does to one task goes to
   the server one after the other. Tells the store's "news": {text, undo?, done?, kind?, key?}. No DOM. */

import { api as pageApi } from "../helpers/api.js";
import { warningOf } from "../helpers/blocking.js";
import { patiently } from "../helpers/patience.js";
import { gettext, interpolate } from "../helpers/words.js";
import { Board } from "./board.js";
import { store as pageStore } from "./project_store.js";
import { undo } from "./undo.js";

const ONE_MOVE = 8_000; // moves of one card in so short a time are taken back as one
const ATTEMPTS = 4;

export class TaskChanges {
  #store;
  #api;
  #board;
  #now;
  #wait;
  #queues = new Map();
  #origins = new Map();

  constructor({ store = pageStore, api = pageApi, board = new Board(store), now = Date.now, wait } = {}) {
    this.#store = store;
    this.#api = api;
    this.#board = board;
    this.#now = now;
    this.#wait = wait;
  }

  get board() {
    return this.#board;
  }

  /** target as Board.intent takes it. Answers whether anything moves. */
  move(id, target, { quiet = false } = {}) {
    const task = this.#store.tasks.get(id);
    const intent = task && this.#board.intent(task, target);
    if (!intent) return false;
    const origin = this.#originOf(task);
    const column = this.#store.columns.get(intent.request.column);
    if (column)
      intent.patch.completed_at = column.done ? (task.completed_at ?? new Date(this.#now()).toISOString()) : null;
    this.#change(
      id,
      intent.patch,
      () => this.#api.post(`tasks/${id}/move`, intent.request),
      gettext("%(ref)s could not be moved."),
      { key: `move:${id}` },
    );
    if (quiet) return true;
    const words = column?.id === origin.column ? gettext("%(ref)s moved.") : gettext("%(ref)s moved to %(column)s.");
    const warning = column?.done && !task.completed_at ? this.#warning(task) : "";
    this.#news(interpolate(words, { ref: task.ref, column: column?.name }) + warning, {
      key: `move:${id}`,
      undo: () => {
        this.#origins.delete(id);
        this.move(id, { column: origin.column, place: { position: origin.position } }, { quiet: true });
      },
    });
    return true;
  }

  complete(id) {
    this.#finish(id, true);
  }

  reopen(id) {
    this.#finish(id, false);
  }

  delete(id) {
    const task = this.#store.tasks.get(id);
    if (!task) return;
    const done = this.#change(
      id,
      { hidden: true },
      () => this.#api.delete(`tasks/${id}`),
      gettext("%(ref)s could not be deleted."),
      {
        ref: task.ref,
        taken: () => this.#store.tasks.delete(id, { by: this.#store.me?.id }),
      },
    );
    this.#news(interpolate(gettext("%(ref)s deleted."), task), {
      key: `delete:${id}`,
      done,
      undo: () => this.restore(id),
    });
  }

  /** Off the board; it keeps its page. */
  archive(id) {
    const task = this.#store.tasks.get(id);
    if (!task) return;
    const done = this.#change(
      id,
      { archived_at: new Date(this.#now()).toISOString() },
      () => this.#api.post(`tasks/${id}/archive`),
      gettext("%(ref)s could not be archived."),
    );
    this.#news(interpolate(gettext("%(ref)s archived."), task), {
      key: `archive:${id}`,
      done,
      undo: () => this.unarchive(id),
    });
  }

  /** Back on the board, where it stood. */
  async unarchive(id) {
    this.#store.tasks.put(await this.#api.post(`tasks/${id}/unarchive`));
  }

  /** Brings a deleted task back, one's own or somebody else's. */
  async restore(id) {
    const row = await this.#api.post(`tasks/${id}/restore`);
    this.#store.tasks.put(row, { revive: true });
  }

  /** Sets single values (title excepted: text has versions): {priority}, {due_at}, {column}... */
  set(id, values) {
    return this.#change(
      id,
      values,
      () => this.#api.patch(`tasks/${id}`, values),
      gettext("%(ref)s could not be changed."),
    );
  }

  /** Puts `value` into a list of a task (labels, assignees) or takes it out, and leaves the others' changes to it be. */
  toggle(id, field, value, on) {
    const changed = (row) =>
      on ? [...new Set([...row[field], value])] : row[field].filter((other) => other !== value);
    const task = this.#store.tasks.get(id);
    if (!task) return;
    const send = async (attempt = 1) => {
      const row = this.#store.tasks.confirmed(id);
      try {
        return await this.#api.patch(`tasks/${id}`, { [field]: changed(row), version: row.version });
      } catch (error) {
        if (error.status !== 409 || attempt === ATTEMPTS || !error.body?.task) throw error;
        this.#store.tasks.put(error.body.task);
        return send(attempt + 1);
      }
    };
    return this.#change(id, { [field]: changed(task) }, send, gettext("%(ref)s could not be changed."));
  }

  #finish(id, done) {
    const task = this.#store.tasks.get(id);
    if (!task || Boolean(task.completed_at) === done) return;
    const column = done
      ? this.#board.doneColumn()
      : this.#store.columns.get(task.column)?.done
        ? this.#board.firstOpenColumn()
        : null;
    const patch = { completed_at: done ? new Date(this.#now()).toISOString() : null };
    if (column && column.id !== task.column)
      Object.assign(patch, this.#board.intent(task, { column: column.id }).patch);
    const verb = done ? "complete" : "reopen";
    this.#change(id, patch, () => this.#api.post(`tasks/${id}/${verb}`), gettext("%(ref)s could not be changed."), {
      key: `move:${id}`,
    });
    const words = done ? gettext("%(ref)s completed.") : gettext("%(ref)s reopened.");
    const back = { column: task.column, place: { position: task.position } };
    this.#news(interpolate(words, task) + (done ? this.#warning(task) : ""), {
      key: `move:${id}`,
      undo: () => {
        if (column) this.move(id, back, { quiet: true });
        else this.#finish(id, !done);
      },
    });
  }

  /** What to say of a task that is completed though it waits for others. */
  #warning(task) {
    const words = warningOf([task], this.#store);
    return words && ` ${words}`;
  }

  #originOf(task) {
    const known = this.#origins.get(task.id);
    const now = this.#now();
    const origin = known && now - known.at < ONE_MOVE ? known : { column: task.column, position: task.position };
    this.#origins.set(task.id, { ...origin, at: now });
    return origin;
  }

  /** Shows `patch`, sends in turn, takes the answer in; refused: takes the patch off and says so. True when taken. */
  #change(
    id,
    patch,
    send,
    refusal,
    { key = null, ref = this.#store.tasks.get(id)?.ref, taken = (row) => this.#store.tasks.put(row) } = {},
  ) {
    const takeOff = this.#store.tasks.overlay(id, patch);
    const before = this.#queues.get(id) ?? Promise.resolve();
    const sent = before.then(async () => {
      try {
        taken(await patiently(send, { wait: this.#wait })); // what is too fast stays on the board meanwhile
        return true;
      } catch (error) {
        if (key) undo.forget(key); // what did not happen is not to be taken back
        this.#news(`${interpolate(refusal, { ref })} ${error.words ?? error.message}`, { kind: "danger" });
        return false;
      } finally {
        takeOff();
      }
    });
    this.#queues.set(id, sent);
    return sent;
  }

  #news(text, more = {}) {
    this.#store.emit({ noun: "news", action: "created", text, ...more });
  }
}

/** The page's own: one board, one queue a task. */
export const changes = new TaskChanges();
