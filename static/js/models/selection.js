/* Which tasks are selected, in the order in which they were; a range goes from where one last clicked. What is deleted,
   here or elsewhere, is selected no more. Tells the store's "selection". No DOM. */

import { store as pageStore } from "./project_store.js";

/** As many as one request may change. */
export const MOST = 500;

export class Selection {
  #store;
  #ids = new Set();
  #anchor = null;

  constructor(store = pageStore) {
    this.#store = store;
    store.on("task", ({ action, id }) => {
      if (action === "deleted") this.#keep((one) => one !== id);
      if (action === "reset") this.#keep((one) => store.tasks.has(one));
    });
  }

  get size() {
    return this.#ids.size;
  }

  get ids() {
    return [...this.#ids];
  }

  get tasks() {
    return this.ids.map((id) => this.#store.tasks.get(id)).filter(Boolean);
  }

  has(id) {
    return this.#ids.has(id);
  }

  toggle(id) {
    this.#anchor = id;
    if (this.#ids.has(id)) this.#ids.delete(id);
    else if (this.#ids.size < MOST) this.#ids.add(id);
    this.#tell();
  }

  /** All from where one last was to `id`, in `order`: ids as they stand before the eye. */
  extend(id, order) {
    const from = order.indexOf(this.#anchor);
    const to = order.indexOf(id);
    if (from < 0 || to < 0) return this.has(id) ? undefined : this.toggle(id);
    this.add(order.slice(Math.min(from, to), Math.max(from, to) + 1));
  }

  /** One step with Shift, from a task to its neighbour: both are selected; going back over a range makes it smaller. */
  step(from, to) {
    if (this.has(from) && this.has(to)) this.#ids.delete(from);
    else this.add([from, to]);
    this.#anchor = to;
    this.#tell();
  }

  add(ids) {
    if (!this.size) this.#anchor = ids[0] ?? null;
    for (const id of ids) if (this.#ids.size < MOST) this.#ids.add(id);
    this.#tell();
  }

  clear() {
    if (!this.size) return;
    this.#ids.clear();
    this.#tell();
  }

  #keep(test) {
    const left = this.ids.filter(test);
    if (left.length === this.size) return;
    this.#ids = new Set(left);
    this.#tell();
  }

  #tell() {
    this.#store.emit({ noun: "selection", action: "updated", live: false });
  }
}

/** The page's own. */
export const selection = new Selection();
