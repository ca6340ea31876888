/* One text of a task while somebody edits it: saves itself with the version it began from, follows changes elsewhere
   while untouched, and never overwrites another person's words unseen. No DOM.

   state: "clean" | "dirty" | "saving" | "saved" | "failed" (words) | "conflict" (theirs, by) */

const ROUNDS = 4;

export class TextDraft {
  state = "clean";
  words = "";
  theirs = null;
  by = null;

  #field;
  #send;
  #changed;
  #keep;
  #text;
  #base;
  #version;
  #flying = null;
  #sentText = null;

  /**
   * row: the task. send(patch) -> the task after it. changed(): something to redraw. keep: {get, set, delete} of the
   * one kept draft, so that a reload loses nothing.
   */
  constructor({ row, field, send, changed = () => {}, keep = null }) {
    this.#field = field;
    this.#send = send;
    this.#changed = changed;
    this.#keep = keep;
    this.#settle(row);
    this.#recall(row);
  }

  get text() {
    return this.#text;
  }

  get dirty() {
    return this.#text !== this.#base;
  }

  /** What the person wrote. */
  edit(text) {
    this.#text = text;
    if (this.dirty) this.#keep?.set({ text, base: this.#base, version: this.#version });
    else this.#keep?.delete();
    if (this.state !== "conflict") this.#become(this.dirty ? "dirty" : "clean");
  }

  /** The task as it is now, by an event or a snapshot. */
  upstream(row) {
    const value = row[this.#field];
    if (row.version < this.#version) return;
    if (this.#flying && (value === this.#sentText || value === this.#base)) {
      this.#version = Math.max(this.#version, row.version);
      return;
    }
    if (value === this.#base || !this.dirty || value === this.#text) {
      const untouched = !this.dirty;
      this.#base = value;
      this.#version = row.version;
      if (untouched) this.#text = value;
      if (!this.dirty) this.#keep?.delete();
      if (this.state === "conflict") this.#become(this.dirty ? "dirty" : "clean");
      else this.#changed();
      return;
    }
    this.#conflict(row);
  }

  /** Saves what is there to save; resolves when nothing is left to do for now. */
  async flush() {
    if (this.#flying) return this.#flying;
    if (!this.dirty || this.state === "conflict") return;
    this.#flying = this.#save();
    try {
      await this.#flying;
    } finally {
      this.#flying = null;
    }
    if (this.dirty && this.state === "dirty") return this.flush();
  }

  /** Out of a conflict: mine replaces theirs, which one has seen. */
  keepMine() {
    this.#base = this.theirs;
    this.theirs = null;
    this.#become(this.dirty ? "dirty" : "clean");
    return this.flush();
  }

  /** Out of a conflict: theirs stands, mine goes. */
  takeTheirs() {
    this.#text = this.#base = this.theirs;
    this.theirs = null;
    this.#keep?.delete();
    this.#become("clean");
  }

  /** Back to what is saved. */
  discard() {
    if (this.state === "conflict") return this.takeTheirs();
    this.#text = this.#base;
    this.#keep?.delete();
    this.#become("clean");
  }

  async #save() {
    this.#become("saving");
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = (this.#sentText = this.#text);
      try {
        return this.#saved(text, await this.#send({ [this.#field]: text, version: this.#version }));
      } catch (error) {
        const current = error.status === 409 ? error.body?.task : null;
        if (!current) return this.#become("failed", error.words ?? error.message);
        const value = current[this.#field];
        if (value === text) return this.#saved(text, current);
        if (value !== this.#base) return this.#conflict(current);
        this.#version = current.version; // somebody changed another part: ours still fits
      }
    }
    this.#become("failed");
  }

  #saved(text, row) {
    const written = this.#text !== text; // on while it was on its way
    this.#base = row[this.#field];
    this.#version = Math.max(this.#version, row.version);
    if (!written) this.#text = this.#base;
    if (this.dirty) this.#keep?.set({ text: this.#text, base: this.#base, version: this.#version });
    else this.#keep?.delete();
    this.#become(this.dirty ? "dirty" : "saved");
  }

  #conflict(row) {
    this.theirs = row[this.#field];
    this.by = row.updated_by ?? null;
    this.#version = row.version;
    this.#become("conflict");
  }

  #settle(row) {
    this.#text = this.#base = row[this.#field];
    this.#version = row.version;
  }

  #recall(row) {
    const kept = this.#keep?.get();
    if (!kept || typeof kept.text !== "string" || kept.text === row[this.#field]) return this.#keep?.delete();
    this.#text = kept.text;
    this.state = "dirty";
    if (kept.base !== row[this.#field]) this.#conflict(row);
  }

  #become(state, words = "") {
    this.state = state;
    this.words = words;
    this.#changed();
  }
}
