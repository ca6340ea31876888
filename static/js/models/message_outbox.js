/* What one has sent and the server has not confirmed: kept in this browser over a reload, sent in order, never twice
   (each carries its client_id). No DOM.

   entry: {client_id, room, thread (or null), body, attachments (rows of files), confirmed, at, state, words,
           people (it would call, when refused)}
   state: "sending" (on its way, or queued behind one that is), "waiting" (no connection: goes out by itself),
          "failed" (refused: the person decides) */

import { api } from "../helpers/api.js";
import { gettext } from "../helpers/words.js";
import { store as pageStore } from "./project_store.js";

const PREFIX = "taskroom:outbox";
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 30_000;
const SERVER_TRIES = 3; // a server in trouble is asked this often before the person is
const STALE = 12 * 3600_000; // what is older does not go out by itself any more

export class MessageOutbox {
  #entries = new Map(); // client_id -> entry, in order
  #listeners = new Set();
  #busy = new Set();
  #timers = new Map();
  #tries = new Map();
  #unheard = new Map(); // rooms whose last try met no server -> whether it met nobody at all
  #lastAt = 0;
  #deps;

  /**
   * post(room, {body, attachments, client_id}) -> row; confirmed(row): it stands. clock {now, setTimeout, clearTimeout} and
   * storage (localStorage's ways) can be given for tests.
   */
  constructor({ post, confirmed = () => {}, store = pageStore, storage = browserStorage(), clock = browserClock(), uuid = randomId }) {
    this.#deps = { post, confirmed, store, storage, clock, uuid };
  }

  /** Hears {client_id, room} of every change; answers with the function that stops it. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Entries of a room, oldest first. */
  in(room) {
    return [...this.#entries.values()].filter((entry) => entry.room === room);
  }

  /** Those of its conversation, or of one thread. */
  at(room, thread = null) {
    return this.in(room).filter((entry) => (entry.thread ?? null) === thread);
  }

  get(clientId) {
    return this.#entries.get(clientId);
  }

  /** Reads what an earlier page left, and sends it. */
  load() {
    const now = this.#deps.clock.now();
    for (const entry of this.#kept().sort((one, other) => one.at - other.at)) {
      if (this.#entries.has(entry.client_id) || !this.#deps.store.rooms.has(entry.room)) continue;
      const stale = now - entry.at > STALE;
      const state = entry.state === "failed" || stale ? "failed" : "sending";
      this.#entries.set(entry.client_id, { ...entry, state, words: state === "failed" ? entry.words || gettext("Not sent.") : "" });
      this.#lastAt = Math.max(this.#lastAt, entry.at);
    }
    for (const room of this.#rooms()) this.#work(room);
  }

  add(room, body, attachments = [], { thread = null, confirmed = false } = {}) {
    const at = (this.#lastAt = Math.max(this.#deps.clock.now(), this.#lastAt + 1));
    const stalled = this.in(room).some(({ state }) => state === "waiting");
    const entry = { client_id: this.#deps.uuid(), room, thread, body, attachments, confirmed, at, state: "sending", words: "" };
    this.#set(entry, stalled ? { state: "waiting", words: waitingWords() } : {});
    this.#work(room);
    return entry;
  }

  /** Sends again, with the same client_id: what did arrive is not posted twice. */
  retry(clientId) {
    const entry = this.get(clientId);
    if (!entry || entry.state === "sending") return;
    this.#tries.delete(entry.room);
    // What calls many people was refused to be asked about: whoever sends it again means it.
    this.#set(entry, { state: "sending", words: "", confirmed: entry.confirmed || Boolean(entry.people) });
    this.wake(entry.room);
  }

  discard(clientId) {
    const entry = this.get(clientId);
    if (!entry) return;
    this.#drop(entry);
    this.#work(entry.room);
  }

  /** The server has it: by the answer, by the event, or in a page of history. */
  settle(clientId) {
    const entry = this.get(clientId);
    if (entry) this.#drop(entry);
  }

  /** The connection may be back: whatever waits is sent now. */
  wake(room = null) {
    for (const each of room === null ? this.#rooms() : [room]) {
      this.#cancel(each);
      this.#unheard.delete(each);
      for (const entry of this.in(each)) if (entry.state === "waiting") this.#set(entry, { state: "sending", words: "" });
      this.#work(each);
    }
  }

  /** The server answers: what met none goes out now; what it asked to wait with waits. */
  reached() {
    for (const [room, offline] of [...this.#unheard]) {
      if (offline) this.#tries.delete(room); // pauses begin short again
      this.wake(room);
    }
  }

  /** A room is gone, and with it what waited for it; answers with the bodies. */
  abandon(room) {
    this.#cancel(room);
    const entries = this.in(room);
    entries.forEach((entry) => this.#drop(entry));
    return entries.map(({ body }) => body);
  }

  async #work(room) {
    if (this.#busy.has(room)) return;
    this.#busy.add(room);
    let entry;
    // One at a time: what one wrote first stands first. A refused one lets the others pass.
    while ((entry = this.in(room).find(({ state }) => state !== "failed"))?.state === "sending") await this.#send(entry);
    this.#busy.delete(room);
  }

  async #send(entry) {
    const { client_id, room, body, attachments = [], thread = null, confirmed = false } = entry;
    const files = attachments.length ? { attachments: attachments.map(({ id }) => id) } : {};
    try {
      const row = await this.#deps.post(room, { body, ...files, client_id, ...(thread && { thread }), ...(confirmed && { confirmed }) });
      this.#tries.delete(room);
      this.#deps.confirmed(row);
      this.settle(client_id);
    } catch (error) {
      if (this.get(client_id)) this.#refused(this.get(client_id), error);
    }
  }

  #refused(entry, error) {
    const { room } = entry;
    const tries = (this.#tries.get(room) ?? 0) + 1;
    const trouble = error.status >= 500 && tries < SERVER_TRIES;
    if (!error.offline && error.status !== 429 && !trouble) {
      this.#tries.delete(room);
      return this.#set(entry, { state: "failed", words: error.words ?? error.message, people: error.body?.people });
    }
    this.#tries.set(room, tries);
    const words = error.offline ? waitingWords() : error.words;
    for (const each of this.in(room)) if (each.state === "sending") this.#set(each, { state: "waiting", words });
    // 502 to 504: a proxy speaks for a server that is away.
    if (error.offline || (error.status > 501 && !error.retryAfter)) this.#unheard.set(room, Boolean(error.offline));
    this.#wakeIn(room, error.retryAfter ? error.retryAfter * 1000 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1)));
  }

  #wakeIn(room, delay) {
    this.#cancel(room);
    const timer = this.#deps.clock.setTimeout(() => this.wake(room), delay);
    timer?.unref?.();
    this.#timers.set(room, timer);
  }

  #cancel(room) {
    this.#deps.clock.clearTimeout(this.#timers.get(room));
    this.#timers.delete(room);
  }

  #rooms() {
    return new Set([...this.#entries.values()].map(({ room }) => room));
  }

  #set(entry, change) {
    const next = { ...entry, ...change };
    this.#entries.set(next.client_id, next);
    this.#write(next);
    this.#changed(next);
  }

  #drop(entry) {
    this.#entries.delete(entry.client_id);
    try {
      this.#deps.storage?.removeItem(this.#nameOf(entry));
    } catch {
      // what cannot be kept need not be forgotten
    }
    this.#changed(entry);
  }

  #changed({ client_id, room }) {
    for (const listener of [...this.#listeners]) listener({ client_id, room });
  }

  // Storage: one name an entry, so that two tabs never write over each other's.

  get #prefix() {
    return `${PREFIX}:${this.#deps.store.me?.id ?? 0}:`;
  }

  #nameOf({ room, client_id }) {
    return `${this.#prefix}${room}:${client_id}`;
  }

  #write(entry) {
    try {
      this.#deps.storage?.setItem(this.#nameOf(entry), JSON.stringify(entry));
    } catch {
      // A full or forbidden storage loses unsent messages over a reload, nothing else.
    }
  }

  #kept() {
    const { storage } = this.#deps;
    const kept = [];
    try {
      for (let place = 0; place < (storage?.length ?? 0); place += 1) {
        const name = storage.key(place);
        if (!name.startsWith(this.#prefix)) continue;
        const entry = JSON.parse(storage.getItem(name));
        if (entry?.client_id && Number.isInteger(entry.room) && typeof entry.body === "string") kept.push(entry);
      }
    } catch {
      // as above
    }
    return kept;
  }
}

const waitingWords = () => gettext("No connection. This goes out by itself when it is back.");

function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

const browserClock = () => ({
  now: () => Date.now(),
  setTimeout: (act, delay) => globalThis.setTimeout(act, delay),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
});

/** crypto.randomUUID exists only in secure contexts; a development server in the local network is none. */
function randomId() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The page's one outbox of messages. */
export const outbox = new MessageOutbox({
  post: (room, message) => api.post(`rooms/${room}/messages`, message),
  confirmed: (row) => pageStore.messages.put(row),
});
