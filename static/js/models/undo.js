/* What one has done and can take back, the newest last. The toast that says so offers it for 8 s, Ctrl+Z for longer. What
   is done to the same thing again (`key`) takes the earlier one's place: it is taken back as a whole. No DOM. */

const MOST = 20;

export class Undo {
  #entries = [];

  get size() {
    return this.#entries.length;
  }

  /**
   * entry: {word, undo, done?, key?, taken?}; undo(what `done` came to) takes it back and may wait, taken() hears that it
   * began. `done` is the act's answer while it is on its way: nothing, where it was refused, leaves nothing to take back.
   */
  push(entry) {
    if (entry.key) this.forget(entry.key);
    this.#entries.push(entry);
    entry.done?.then((made) => made || this.#drop((each) => each === entry));
    if (this.#entries.length > MOST) this.#entries.shift();
    return entry;
  }

  /** Takes one back, the newest unless another is named, and once only. Answers whether there was one; throws what undo() throws. */
  async take(entry = this.#entries.at(-1)) {
    const place = this.#entries.indexOf(entry);
    if (place < 0) return false;
    this.#entries.splice(place, 1);
    entry.taken?.();
    const made = entry.done ? await entry.done : true;
    if (made) await entry.undo(made);
    return true;
  }

  /** What was refused, or came to nothing, cannot be taken back. */
  forget(key) {
    this.#drop((entry) => entry.key === key);
  }

  #drop(test) {
    const gone = this.#entries.filter(test);
    this.#entries = this.#entries.filter((entry) => !test(entry));
    for (const entry of gone) entry.taken?.();
  }
}

/** The page's own. */
export const undo = new Undo();
