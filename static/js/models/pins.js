/* The pinned messages of the room one looks at: read once, kept true by the events of messages. No DOM. */

import { api as pageApi } from "../helpers/api.js";
import { store as pageStore } from "./project_store.js";

export class Pins {
  #room = null;
  #rows = new Map();
  #changed;
  #api;
  #store;

  constructor(changed, { api = pageApi, store = pageStore } = {}) {
    this.#changed = changed;
    this.#api = api;
    this.#store = store;
    store.on("message", (change) => this.#heard(change));
    store.on("reset", () => this.#load());
  }

  /** The newest first. */
  get all() {
    return [...this.#rows.values()].sort((one, other) => Date.parse(other.pinned_at) - Date.parse(one.pinned_at));
  }

  set room(room) {
    if (room === this.#room) return;
    this.#room = room;
    this.#load();
  }

  async #load() {
    const room = this.#room;
    this.#rows.clear();
    this.#changed();
    if (room === null) return;
    try {
      const { items } = await this.#api.get(`rooms/${room}/pins`);
      if (room !== this.#room) return;
      for (const row of items) this.#take(this.#store.messages.put(row));
      this.#changed();
    } catch {
      // without them, until the room is opened anew
    }
  }

  #heard({ action, id, row }) {
    if (action === "reset") return;
    const known = this.#rows.has(id);
    if (action === "deleted") this.#rows.delete(id);
    else if (row.room === this.#room) this.#take(row);
    if (known || this.#rows.has(id)) this.#changed();
  }

  #take(row) {
    if (row?.pinned_at) this.#rows.set(row.id, row);
    else if (row) this.#rows.delete(row.id);
  }
}
