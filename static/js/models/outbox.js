/* What one has written and the server has not confirmed. It survives a reload, goes out in the order it was written,
   waits for the connection when that is away, and repeats with the same client_id, so that nothing appears twice. */

import { api as pageApi } from "../helpers/api.js";
import { drafts as pageDrafts } from "../helpers/drafts.js";
import { store as pageStore } from "./project_store.js";

const AGAIN = 5_000;

const makeId = () => globalThis.crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`; // no randomUUID without https

export class Outbox {
  #store;
  #drafts;
  #clock;
  #newId;
  #key;
  #rows;
  #send;
  #items;
  #sending = false;
  #unheard = false; // whether the last try met no server
  #timer = null;

  /** key: where drafts keeps it; noun and rows: where the confirmed ones arrive; send(item) -> the confirmed row. */
  constructor({ key, noun, rows, send, store = pageStore, drafts = pageDrafts, clock = globalThis, newId = makeId }) {
    Object.assign(this, { noun });
    this.#key = key;
    this.#rows = rows;
    this.#send = send;
    this.#store = store;
    this.#drafts = drafts;
    this.#clock = clock;
    this.#newId = newId;
    this.#items = (drafts.get(key) ?? []).map((item) => ({
      ...item,
      state: item.state === "failed" ? "failed" : "pending",
    }));
    store.on(noun, ({ action, row }) => action === "created" && row?.client_id && this.#arrived(row.client_id));
    store.on("connection", ({ state }) => state === "live" && this.flush());
    store.on("online", () => this.flush());
    store.on("reached", () => this.#unheard && this.flush());
    if (this.#items.length) this.flush();
  }

  /** Items that pass, oldest first: {client_id, state: "pending" | "waiting" | "failed", words, and what was added}. */
  where(test) {
    return this.#items.filter(test);
  }

  add(fields) {
    const item = { ...fields, client_id: this.#newId(), state: "pending", words: "" };
    this.#items.push(item);
    this.#changed();
    this.flush();
    return item;
  }

  retry(clientId) {
    const item = this.#find(clientId);
    if (!item) return;
    Object.assign(item, { state: "pending", words: "" });
    this.#changed();
    this.flush();
  }

  discard(clientId) {
    this.#drop(clientId);
  }

  /** Sends what is not sent, one after the other. */
  async flush() {
    if (this.#sending) return;
    this.#sending = true;
    this.#clock.clearTimeout(this.#timer);
    this.#unheard = false;
    try {
      for (let item; (item = this.#items.find(({ state }) => state !== "failed"));) {
        if (!(await this.#post(item))) break;
      }
    } finally {
      this.#sending = false;
    }
  }

  /** False: not now, later. */
  async #post(item) {
    try {
      const row = await this.#send(item);
      this.#drop(item.client_id);
      this.#rows.put(row);
      return true;
    } catch (error) {
      const later = error.offline || error.status === 429 || error.status === 503;
      this.#unheard = later && !error.retryAfter && error.status !== 429;
      Object.assign(item, { state: later ? "waiting" : "failed", words: error.words ?? error.message });
      this.#changed();
      if (later) this.#timer = this.#clock.setTimeout(() => this.flush(), (error.retryAfter ?? 0) * 1000 || AGAIN);
      return !later;
    }
  }

  #find(clientId) {
    return this.#items.find(({ client_id }) => client_id === clientId);
  }

  #arrived(clientId) {
    if (this.#find(clientId)) this.#drop(clientId);
  }

  #drop(clientId) {
    this.#items = this.#items.filter(({ client_id }) => client_id !== clientId);
    this.#changed();
  }

  #changed() {
    if (this.#items.length) this.#drafts.set(this.#key, this.#items);
    else this.#drafts.delete(this.#key);
    this.#store.emit({ noun: "outbox", action: "updated", of: this.noun });
  }
}

/** Tasks written at the foot of a column: {column, title}. */
export class TaskOutbox extends Outbox {
  constructor({ store = pageStore, api = pageApi, ...parts } = {}) {
    const known = (column) => (store.columns.has(column) ? column : null); // null: the first, when theirs is gone
    const send = ({ title, column, client_id }) =>
      api.post(`projects/${store.project.id}/tasks`, { title, column: known(column), client_id });
    super({ key: "new-tasks", noun: "task", rows: store.tasks, send, store, ...parts });
    this.columns = store.columns;
  }

  /** Those of a column; `orphans`: also those whose column has gone. */
  in(column, { orphans = false } = {}) {
    return this.where((item) => item.column === column || (orphans && !this.columns.has(item.column)));
  }
}

/** Items of checklists on their way: {task, text}. */
export class ChecklistOutbox extends Outbox {
  constructor({ store = pageStore, api = pageApi, ...parts } = {}) {
    const send = ({ task, text, client_id }) => api.post(`tasks/${task}/checklist`, { text, client_id });
    super({ key: "new-items", noun: "checklist_item", rows: store.checklist_items, send, store, ...parts });
  }

  on(task) {
    return this.where((item) => item.task === task);
  }
}

/** Comments on their way: {task, body}. */
export class CommentOutbox extends Outbox {
  constructor({ store = pageStore, api = pageApi, ...parts } = {}) {
    const send = ({ task, body, client_id }) => api.post(`tasks/${task}/comments`, { body, client_id });
    super({ key: "new-comments", noun: "comment", rows: store.comments, send, store, ...parts });
  }

  on(task) {
    return this.where((item) => item.task === task);
  }
}

const made = {};

/** The page's own, made when first asked for: by then the store knows whose page it is. */
export const outbox = () => (made.tasks ??= new TaskOutbox());
export const checklistOutbox = () => (made.items ??= new ChecklistOutbox());
export const commentOutbox = () => (made.comments ??= new CommentOutbox());
