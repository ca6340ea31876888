/* Tells the server how far one has read: at once, then at most once in a while, and the last word always arrives.
   No DOM. */

const PAUSE = 1_000;
const AFTER_FAILURE = 5_000;

export class ReadMark {
  #send;
  #clock;
  #wanted = new Map(); // room -> id of the last message read
  #told = new Map();
  #resting = new Set();

  /** send(room, message) -> promise. */
  constructor(send, { clock = { setTimeout: (act, delay) => globalThis.setTimeout(act, delay) } } = {}) {
    this.#send = send;
    this.#clock = clock;
  }

  read(room, message) {
    if (message <= (this.#wanted.get(room) ?? 0)) return;
    this.#wanted.set(room, message);
    this.#tell(room);
  }

  /** Reading was taken back. */
  forget(room) {
    this.#wanted.delete(room);
    this.#told.delete(room);
  }

  async #tell(room) {
    const message = this.#wanted.get(room);
    if (message === undefined || this.#resting.has(room) || message === this.#told.get(room)) return;
    this.#resting.add(room);
    let pause = PAUSE;
    try {
      await this.#send(room, message);
      this.#told.set(room, message);
    } catch (error) {
      // A refusal stands; a lost connection is tried again, with whatever is the last message by then.
      if (error.offline || error.status === 429 || error.status >= 500) pause = AFTER_FAILURE;
      else this.#told.set(room, message);
    }
    this.#clock.setTimeout(() => {
      this.#resting.delete(room);
      this.#tell(room);
    }, pause)?.unref?.();
  }
}
