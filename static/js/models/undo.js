/* What one has done and can take back, the newest last. The toast that says so offers it for 8 s, Ctrl+Z for longer. What
   is done to the same thing again (`key`) takes the earlier one's place: it is taken back as a whole. No DOM. */

const MOST = 20;

export class Undo {
  #entries = [];

  get size() {
    return this.#entries.length;
  }

  /** entry: {word, undo, key?, taken?}; undo() takes it back and may wait, taken() hears that it began. */
  push(entry) {
    if (entry.key) this.forget(entry.key);
    this.#entries.push(entry);
    if (this.#entries.length > MOST) this.#entries.shift();
    return entry;
  }

  /** Takes one back, the newest unless another is named, and once only. Answers whether there was one; throws what undo() throws. */
  async take(entry = this.#entries.at(-1)) {
    const place = this.#entries.indexOf(entry);
    if (place < 0) return false;
    this.#entries.splice(place, 1);
    entry.taken?.();
    await entry.undo();
    return true;
  }

  /** What was refused, or came to nothing, cannot be taken back. */
  forget(key) {
    const gone = this.#entries.filter((entry) => entry.key === key);
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    for (const entry of gone) entry.taken?.();
  }
}

/** The page's own. */
export const undo = new Undo();
