/* How far one has read in the room, or the thread, one looks at: where the divider before what is new stands, what came below while one
   read further up, and what the server is told. No DOM. */

import { api } from "../helpers/api.js";
import { store as pageStore } from "./project_store.js";
import { ReadMark } from "./read_mark.js";

const readMark = new ReadMark(async (name, message) => {
  const [room, thread] = String(name).split("/");
  pageStore.readings.take(await api.post(`rooms/${room}/read`, { message, ...(thread && { thread: Number(thread) }) }));
});

// The mark of a thread goes beside that of its room.
const nameOf = (room, thread) => (thread === null ? room : `${room}/${thread}`);

export class RoomReading {
  /** Id of the message that the divider stands before; null: there is none. It stays until one leaves the room. */
  divider = null;

  #room;
  #thread;
  #held = false; // taken back: nothing is read until one comes anew
  #store;
  #mark;
  #wasUnread;
  #below = new Set(); // messages of others that came while one read further up

  constructor(room, { thread = null, store = pageStore, mark = readMark } = {}) {
    this.#room = room;
    this.#thread = thread;
    this.#store = store;
    this.#mark = mark;
    this.begin();
  }

  get #now() {
    return this.#store.readings.at(this.#room, this.#thread);
  }

  get unread() {
    return this.#now.unread;
  }

  get firstUnread() {
    return this.#now.first_unread;
  }

  /** How many are new to somebody who reads further up. */
  get count() {
    return Math.max(this.#below.size, this.unread);
  }

  /** Takes what is unread now as known; the divider stays where it is. */
  begin() {
    this.#wasUnread = this.unread;
  }

  /** The divider goes before what is unread, unless it stands already. */
  divide() {
    if (this.unread) this.divider ??= this.firstUnread;
  }

  /** What is unread has changed; when more came while one was away, the divider moves there. */
  changed({ watching }) {
    if (this.unread && !this.#wasUnread && !watching) this.divider = this.firstUnread;
    this.begin();
  }

  /** One marked something here as unread, on this page or another: it stays so while this is open. */
  hold() {
    this.#held = true;
    this.#mark.forget(nameOf(this.#room, this.#thread));
    this.divider = this.firstUnread;
    this.begin();
  }

  cameBelow(id) {
    this.#below.add(id);
  }

  forget(id) {
    this.#below.delete(id);
  }

  /** One went to the newest end. */
  forgetAll() {
    this.#below.clear();
  }

  /** One saw everything of the history up to this message. */
  sawUpTo(seen, history) {
    for (const id of this.#below) if (id <= seen) this.#below.delete(id);
    const { unread, last_read: last, first_unread: first } = this.#now;
    if (this.#held || !unread || seen <= last || (first !== null && seen < first)) return;
    this.#store.readings.read(this.#room, seen, this.#unreadAfter(seen, history), this.#thread);
    this.#mark.read(nameOf(this.#room, this.#thread), seen);
  }

  #unreadAfter(seen, history) {
    const { unread, last_read: last } = this.#now;
    const ofOthers = history.ids.filter((id) => this.#store.messages.get(id)?.author !== this.#store.me.id);
    if (!history.hasNewer) return ofOthers.filter((id) => id > seen).length;
    return Math.max(0, unread - ofOthers.filter((id) => id > last && id <= seen).length);
  }
}
