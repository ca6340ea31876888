/* What a page tells of its person: activity, typing, what they look at. All of it may be lost, and is said again. */

const TYPING_REPEATS = 4_000;
const CROWD = 100; // members of a room in which nobody is told who types

export class Telling {
  activity = "active";
  looksAt = null; // a task

  #store;
  #send;
  #now;
  #typed = new Map();

  /** send(frame): whether there was a line to send it on. */
  constructor({ store, send, now }) {
    this.#store = store;
    this.#send = send;
    this.#now = now;
  }

  typing(room) {
    const { me, rooms } = this.#store;
    if (me?.invisible || me?.shares_typing === false || rooms.get(room)?.members?.length > CROWD) return;
    const now = this.#now();
    if (now - (this.#typed.get(room) ?? -Infinity) < TYPING_REPEATS) return;
    if (this.#send({ type: "typing", room })) this.#typed.set(room, now);
  }

  /** After sending: the next key press counts as typing anew. */
  stoppedTyping(room) {
    this.#typed.delete(room);
  }

  viewing(task) {
    if (task === this.looksAt) return;
    this.looksAt = task;
    this.#send({ type: "viewing", task });
  }

  setActivity(state) {
    this.activity = state;
    this.#send({ type: "activity", state });
  }

  /** On a new line, and with every heartbeat. */
  all() {
    this.#send({ type: "activity", state: this.activity });
    this.again();
  }

  again() {
    if (this.looksAt !== null) this.#send({ type: "viewing", task: this.looksAt });
  }
}
