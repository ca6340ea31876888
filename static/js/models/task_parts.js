/* What hangs on a task: who watches it, what it waits for, its checklist. Seen at once, and taken back in words when the
   server refuses. Tells the store's "news", as TaskChanges does. No DOM. */

import { api as pageApi } from "../helpers/api.js";
import { gettext, interpolate } from "../helpers/words.js";
import { between } from "./board.js";
import { store as pageStore } from "./project_store.js";

const byPosition = (one, other) =>
  one.position < other.position ? -1 : one.position > other.position ? 1 : one.id - other.id;

const changed = (ids, id, on) => (on ? [...new Set([...(ids ?? []), id])] : (ids ?? []).filter((each) => each !== id));

export class TaskParts {
  #store;
  #api;

  constructor({ store = pageStore, api = pageApi } = {}) {
    this.#store = store;
    this.#api = api;
  }

  // Watching

  watch(id, on) {
    const patch = (row) => ({ watchers: changed(row.watchers, this.#store.me.id, on) });
    return this.#onTask(id, patch, () => this.#api.post(`tasks/${id}/${on ? "watch" : "unwatch"}`));
  }

  // Dependencies

  /** `id` waits for `blocker`, or no longer. */
  wait(id, blocker, on, { quiet = false } = {}) {
    const patch = (row) => ({ blocked_by: changed(row.blocked_by, blocker, on) });
    const send = () =>
      on
        ? this.#api.post(`tasks/${id}/dependencies`, { blocked_by: blocker })
        : this.#api.delete(`tasks/${id}/dependencies/${blocker}`);
    const [task, other] = [this.#store.tasks.get(id), this.#store.tasks.get(blocker)];
    const done = this.#onTask(id, patch, send);
    if (!on && !quiet && task)
      this.#news(interpolate(gettext("%(ref)s no longer waits for %(blocker)s."), { ref: task?.ref, blocker: other?.ref }), {
        key: `wait:${id}:${blocker}`,
        done,
        undo: () => this.wait(id, blocker, true, { quiet: true }),
      });
    return done;
  }

  // Checklist

  /** The items of a task, top first. */
  items(task) {
    return this.#store.checklist_items.where((item) => item.task === task).sort(byPosition);
  }

  async load(task) {
    const before = this.items(task); // what is written while the answer is on its way does not stand in it
    const { items } = await this.#api.get(`tasks/${task}/checklist`);
    const here = new Set(items.map(({ id }) => id));
    for (const row of items) this.#store.checklist_items.put(row);
    for (const { id } of before) if (!here.has(id)) this.#store.checklist_items.delete(id);
  }

  tick(id, on) {
    const [at, by] = on ? [new Date().toISOString(), this.#store.me.id] : [null, null];
    return this.#onItem(id, { ticked_at: at, ticked_by: by }, () => this.#api.patch(`checklist_items/${id}`, { ticked: on }));
  }

  set(id, values) {
    return this.#onItem(id, values, () => this.#api.patch(`checklist_items/${id}`, values));
  }

  /** One place up (-1) or down (1); false at the end. */
  move(id, step) {
    const item = this.#store.checklist_items.get(id);
    const others = this.items(item.task).filter((other) => other.id !== id);
    const place = others.filter((other) => byPosition(other, item) < 0).length + step;
    if (place < 0 || place > others.length) return false;
    return this.place(id, { after: others[place - 1]?.id, before: others[place]?.id });
  }

  /** Between two of its list, by their ids; either may be missing, or gone meanwhile. False when there is none to go by. */
  place(id, { after, before }) {
    const [above, below] = [after, before].map((other) => this.#store.checklist_items.get(other));
    if (!this.#store.checklist_items.has(id) || (!above && !below)) return false;
    const position = between(above?.position, below?.position);
    this.#onItem(id, { position }, () =>
      this.#api.post(`checklist_items/${id}/move`, { ...(above && { after }), ...(below && { before }) }),
    );
    return true;
  }

  remove(id) {
    const item = this.#store.checklist_items.get(id);
    if (!item) return Promise.resolve(false);
    const done = this.#onItem(id, { hidden: true }, () => this.#api.delete(`checklist_items/${id}`), () =>
      this.#store.checklist_items.delete(id, { by: this.#store.me.id }),
    );
    this.#news(interpolate(gettext("“%(text)s” deleted."), item), { key: `item:${id}`, done, undo: () => this.#restore(id) });
    return done;
  }

  /** A task of its own, in place of the item; the new task, or undefined when it was refused. */
  async convert(id) {
    const item = this.#store.checklist_items.get(id);
    if (!item) return undefined;
    let made;
    const done = this.#onItem(id, { hidden: true }, () => this.#api.post(`checklist_items/${id}/convert`), (task) => {
      this.#store.checklist_items.delete(id, { by: this.#store.me.id });
      this.#store.tasks.put((made = task));
    }).then(() => made);
    this.#news(interpolate(gettext("“%(text)s” is a task now."), item), {
      key: `item:${id}`,
      done,
      told: ({ ref }) => interpolate(gettext("“%(text)s” is %(ref)s now."), { text: item.text, ref }),
      undo: async ({ id: task }) => {
        await this.#api.delete(`tasks/${task}`);
        this.#store.tasks.delete(task, { by: this.#store.me.id });
        await this.#restore(id);
      },
    });
    return done;
  }

  async #restore(id) {
    this.#store.checklist_items.put(await this.#api.post(`checklist_items/${id}/restore`), { revive: true });
  }

  #onTask(id, patch, send) {
    const { tasks } = this.#store;
    const row = tasks.get(id);
    if (!row) return Promise.resolve(false);
    const asked = performance.now();
    return this.#change(tasks, id, patch(row), send, () => {
      const now = tasks.confirmed(id);
      if (now) tasks.put({ ...now, ...patch(now) }, { asked });
    });
  }

  #onItem(id, patch, send, taken = (row) => this.#store.checklist_items.put(row)) {
    return this.#change(this.#store.checklist_items, id, patch, send, taken);
  }

  async #change(rows, id, patch, send, taken) {
    const takeOff = rows.overlay(id, patch);
    try {
      taken(await send());
      return true;
    } catch (error) {
      this.#news(error.words ?? error.message, { kind: "danger" });
      return false;
    } finally {
      takeOff();
    }
  }

  #news(text, more = {}) {
    this.#store.emit({ noun: "news", action: "created", text, ...more });
  }
}

export const parts = new TaskParts();
