/* Tasks one has written and the server has not confirmed. They survive a reload, go out in the order they were
   written, wait for the connection when it is away, and repeat with the same client_id, so that none appears twice. */

import { api as pageApi } from "../helpers/api.js";
import { drafts as pageDrafts } from "../helpers/drafts.js";
import { store as pageStore } from "./project_store.js";

const KEY = "new-tasks";
const AGAIN = 5_000;

export class TaskOutbox {
  #store;
  #api;
  #drafts;
  #clock;
  #newId;
  #items;
  #sending = false;
  #timer = null;

  constructor({ store = pageStore, api = pageApi, drafts = pageDrafts, clock = globalThis, newId = () => crypto.randomUUID() } = {}) {
    this.#store = store;
    this.#api = api;
    this.#drafts = drafts;
    this.#clock = clock;
    this.#newId = newId;
    this.#items = (drafts.get(KEY) ?? []).map((item) => ({ ...item, state: item.state === "failed" ? "failed" : "pending" }));
    store.on("task", ({ action, row }) => action === "created" && row?.client_id && this.#arrived(row.client_id));
    store.on("connection", ({ state }) => state === "live" && this.#send());
    if (this.#items.length) this.#send();
  }

  /** Items of a column, oldest first: {client_id, column, title, state: "pending" | "waiting" | "failed", words}. */
  in(column) {
    return this.#items.filter((item) => item.column === column);
  }

  add(column, title) {
    const item = { client_id: this.#newId(), column, title, state: "pending", words: "" };
    this.#items.push(item);
    this.#changed();
    this.#send();
    return item;
  }

  retry(clientId) {
    const item = this.#find(clientId);
    if (!item) return;
    Object.assign(item, { state: "pending", words: "" });
    this.#changed();
    this.#send();
  }

  discard(clientId) {
    this.#drop(clientId);
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    this.#clock.clearTimeout(this.#timer);
    try {
      for (let item; (item = this.#items.find(({ state }) => state !== "failed")); ) {
        if (!(await this.#post(item))) break;
      }
    } finally {
      this.#sending = false;
    }
  }

  /** False: not now, later. */
  async #post(item) {
    const { client_id, column, title } = item;
    try {
      const task = await this.#api.post(`projects/${this.#store.project.id}/tasks`, { title, column, client_id });
      this.#drop(client_id);
      this.#store.tasks.put(task);
      return true;
    } catch (error) {
      const later = error.offline || error.status === 429 || error.status === 503;
      Object.assign(item, { state: later ? "waiting" : "failed", words: error.words ?? error.message });
      this.#changed();
      if (later) this.#timer = this.#clock.setTimeout(() => this.#send(), (error.retryAfter ?? 0) * 1000 || AGAIN);
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
    if (this.#items.length) this.#drafts.set(KEY, this.#items);
    else this.#drafts.delete(KEY);
    this.#store.emit({ noun: "outbox", action: "updated" });
  }
}
