/* Which columns one has folded away, in this browser. Tells the store's "column", so that whoever draws them draws anew.
   No DOM. */

import { store as pageStore } from "./project_store.js";

export class Collapsed {
  #store;
  #storage;
  #ids = null;

  constructor({ store = pageStore, storage = globalThis.localStorage } = {}) {
    this.#store = store;
    this.#storage = storage;
  }

  has(column) {
    return this.#read().has(column);
  }

  toggle(column) {
    const ids = this.#read();
    if (!ids.delete(column)) ids.add(column);
    try {
      // Of columns that are gone nothing is kept.
      this.#storage?.setItem(this.#key, JSON.stringify([...ids].filter((id) => this.#store.columns.has(id))));
    } catch {
      // Storage full or forbidden: folded until the page is left.
    }
    this.#store.emit({ noun: "column", action: "updated", id: column, row: this.#store.columns.get(column), live: false });
  }

  #read() {
    if (this.#ids) return this.#ids;
    let kept = [];
    try {
      kept = JSON.parse(this.#storage?.getItem(this.#key) ?? "[]");
    } catch {
      // Somebody else's, or none.
    }
    this.#ids = new Set(Array.isArray(kept) ? kept.filter(Number.isInteger) : []);
    return this.#ids;
  }

  get #key() {
    return `taskroom:collapsed:${this.#store.project?.id}:${this.#store.me?.id}`;
  }
}

/** The page's own. */
export const collapsed = new Collapsed();
