/* One's own place in each room and in the threads one follows: the last message read, and what came since. No DOM. */

const FOUND = /<(\/?)blockquote>|data-user="(\d+)"|data-group="(\w+)"/g;

/** Whether a text calls the person: by name, or as one of the room; what is only quoted calls nobody. */
export function calls(html, { me, here }) {
  let depth = 0;
  if (!html.includes('class="mention"')) return false;
  for (const [, closing, user, group] of html.matchAll(FOUND)) {
    if (user === undefined && group === undefined) depth += closing ? -1 : 1;
    else if (depth === 0 && (Number(user) === me || group === "channel" || (group === "here" && here))) return true;
  }
  return false;
}

const NOTHING = Object.freeze({ last_read: 0, unread: 0, first_unread: null, mentions: 0 });

export class Readings {
  #rooms = new Map(); // room -> {history, threads: Map of thread -> place}; a place: {last_read, unread, first_unread, mentions}
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  /** How a room stands: {last_read, first_unread} of its conversation; unread and mentions of all there is in it. */
  get(room) {
    const { history, threads } = this.#of(room);
    const places = [history, ...threads.values()];
    const sum = (what) => places.reduce((all, place) => all + place[what], 0);
    return {
      last_read: history.last_read,
      unread: sum("unread"),
      first_unread: history.first_unread,
      mentions: sum("mentions"),
      threads: [...threads].map(([thread, place]) => ({ thread, ...place })).filter(({ unread }) => unread),
    };
  }

  /** The place in the conversation alone, or in one thread. */
  at(room, thread = null) {
    const { history, threads } = this.#of(room);
    return thread === null ? history : (threads.get(thread) ?? NOTHING);
  }

  has(room) {
    return this.#rooms.has(Number(room));
  }

  /** What the server says of a room. Older news than one's own is not taken; `back`: reading was taken back. */
  take({ room, message = 0, last_read = message, unread, history_unread = unread, first_unread, last_unread = null, mentions = 0, threads = [], back = null }) {
    const known = this.#of(room);
    const told = new Map(threads.map(({ thread, ...place }) => [thread, place]));
    const inThreads = threads.reduce((all, each) => all + each.mentions, 0);
    if (first_unread === undefined) {
      first_unread = history_unread && known.history.first_unread > last_read ? known.history.first_unread : null;
    }
    const history = { last_read, unread: history_unread, first_unread, last_unread, mentions: Math.max(0, mentions - inThreads) };
    const old = last_read < known.history.last_read && back !== 0;
    this.#put(room, { history: old ? known.history : history, threads: told });
  }

  /** One has read this far, with so much left. */
  read(room, message, unread, thread = null) {
    const known = this.at(room, thread);
    if (message < known.last_read) return;
    const first = unread && known.first_unread > message ? known.first_unread : null;
    const mentions = unread ? Math.min(known.mentions, unread) : 0;
    this.#place(room, thread, { last_read: message, unread, first_unread: first, mentions });
  }

  count(room, message, { thread = null, called = false } = {}) {
    const known = this.at(room, thread);
    // A snapshot may be newer than its number: the event of what it counted already comes after it.
    if (message <= Math.max(known.last_read, known.last_unread ?? 0)) return;
    this.#place(room, thread, {
      ...known,
      unread: known.unread + 1,
      first_unread: known.first_unread ?? message,
      mentions: known.mentions + (called ? 1 : 0),
    });
  }

  uncount(room, message, { thread = null, called = false } = {}) {
    const known = this.at(room, thread);
    if (message <= known.last_read || !known.unread) return;
    const unread = known.unread - 1;
    this.#place(room, thread, {
      ...known,
      unread,
      first_unread: unread ? known.first_unread : null,
      mentions: Math.min(unread, Math.max(0, known.mentions - (called ? 1 : 0))),
    });
  }

  /** A room one has left, or that is gone, has nothing unread. */
  forget(room) {
    if (this.#rooms.delete(Number(room))) this.#changed(Number(room));
  }

  /** Nor has a thread that one follows no more. */
  forgetThread(room, thread) {
    if (this.#of(room).threads.delete(thread)) this.#changed(Number(room));
  }

  replace(rows) {
    this.#rooms = new Map();
    const changed = this.#changed;
    this.#changed = () => {};
    for (const row of rows) this.take(row);
    this.#changed = changed;
  }

  #of(room) {
    return this.#rooms.get(Number(room)) ?? { history: NOTHING, threads: new Map() };
  }

  #place(room, thread, place) {
    const { history, threads } = this.#of(room);
    if (thread === null) this.#put(room, { history: place, threads });
    else this.#put(room, { history, threads: new Map(threads).set(thread, place) });
  }

  #put(room, reading) {
    this.#rooms.set(Number(room), reading);
    this.#changed(Number(room));
  }
}
