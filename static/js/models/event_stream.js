/* The page's line to the server: one WebSocket, resumed with the last sequence number after any interruption, and
   polling where no WebSocket gets through. Feeds the store; tells its own state as the store's "connection". No DOM. */

import { ApiError, api } from "../helpers/api.js";
import { Timers } from "../helpers/timers.js";
import { store as pageStore } from "./project_store.js";
import { Telling } from "./telling.js";

const SILENCE = 60_000; // the server's heartbeat comes every 25 s
const TICK = 5_000;
const ASLEEP = TICK + 10_000; // a tick this late means that the machine slept
const ANSWER = 5_000; // patience for a pong
const OPENING = 6_000; // patience for a handshake: a proxy may swallow it without a word
const BLOCKED_AFTER = 3; // handshakes failed in a row while HTTP works
const POLL = 3_000;
const POLLING_TRIES_SOCKET = 30_000;
const HURRIES_EVERY = 2_000;

const NEW_SESSION_AFTER = 800;

const SIGNED_OUT = 4401;
const NOT_A_MEMBER = 4403;
const RESTARTING = new Set([1001, 1012]);

export class EventStream {
  /** "connecting" | "live" | "reconnecting" (see retryAt) | "polling" | "offline" | "ended" (see code, reason) */
  state = "connecting";
  retryAt = null;
  code = null;
  reason = "";
  /** Events heard while catching up after an interruption, for "12 new while you were away". */
  caughtUp = 0;

  #deps;
  #socket = null;
  #opened = false;
  #attempts = 0;
  #doubted = false; // whether the server said 4401 since the page was last live
  #unopened = 0;
  #lastHeard = 0;
  #lastTry = 0;
  #lastTick = 0;
  #timers;
  #loading = false;
  #waiting = [];
  #telling;
  #stopped = true;

  /**
   * Everything from outside can be given for tests: store, WebSocket, url(after), fetchEvents(after, activity),
   * fetchSnapshot(), clock {now, setTimeout, clearTimeout, random}, online().
   */
  constructor(deps = {}) {
    this.#deps = { ...browserParts(deps.store ?? pageStore), ...deps };
    this.#timers = new Timers(this.#deps.clock);
    this.#telling = new Telling({ store: this.store, send: (frame) => this.#send(frame), now: () => this.#now() });
  }

  get store() {
    return this.#deps.store;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#lastTick = this.#now();
    this.#watch();
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    this.#hangUp();
    this.#timers.cancelAll();
  }

  /** Tries at once instead of at retryAt. */
  retryNow() {
    if (this.#stopped || this.state === "live" || this.state === "ended") return;
    this.#timers.cancel("retry");
    this.#connect();
  }

  /**
   * The server answered a request: no reason to wait any longer, but for a breath, as HTTP may work where sockets do
   * not, and but for a session that is in doubt.
   */
  reached() {
    if (this.#stopped || this.#doubted || !["reconnecting", "offline"].includes(this.state)) return;
    const now = this.#now();
    const at = Math.max(now, this.#lastTry + HURRIES_EVERY);
    const soonEnough = this.retryAt > now && this.retryAt <= at;
    if (!soonEnough) this.#retryIn(at - now);
  }

  /** The machine woke, the network came back, the tab is looked at again: is the line still there? */
  check() {
    if (this.#stopped || this.state === "ended") return;
    if (!this.#socket) return this.retryNow();
    if (!this.#opened) return;
    this.#send({ type: "ping" });
    this.#timers.after("answer", ANSWER, () => this.#drop());
  }

  /** The browser says that there is no network. It may be wrong, so the line itself is asked. */
  wentOffline() {
    if (this.state === "reconnecting" || this.state === "polling") this.#become("offline", { retryAt: this.retryAt });
    else this.check();
  }

  typing(room) {
    this.#telling.typing(room);
  }

  stoppedTyping(room) {
    this.#telling.stoppedTyping(room);
  }

  viewing(task) {
    this.#telling.viewing(task);
  }

  setActivity(state) {
    this.#telling.setActivity(state);
  }

  // The line

  #connect() {
    if (this.#socket || this.#stopped) return;
    this.#lastTry = this.#now();
    if (this.state !== "polling") this.#become("connecting");
    let socket;
    try {
      socket = new this.#deps.WebSocket(this.#deps.url(this.store.sequence));
    } catch {
      return this.#lost(1006, "");
    }
    this.#socket = socket;
    this.#opened = false;
    socket.onopen = () => socket === this.#socket && this.#open();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(data);
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#lost(code, reason);
    this.#timers.after("opening", OPENING, () => this.#drop());
  }

  #open() {
    this.#timers.cancel("opening");
    this.#opened = true;
    this.#unopened = 0;
    this.#lastHeard = this.#now();
    this.#telling.all();
  }

  #send(frame) {
    if (!this.#socket || !this.#opened) return false;
    try {
      this.#socket.send(JSON.stringify(frame));
      return true;
    } catch {
      return false;
    }
  }

  /** Gives the line up without waiting for the closing handshake: a dead peer never answers it. */
  #drop() {
    if (!this.#socket) return;
    this.#lost(1006, "");
  }

  #hangUp() {
    const socket = this.#socket;
    this.#socket = null;
    this.#timers.cancel("opening");
    this.#timers.cancel("answer");
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(1000);
    } catch {
      // already gone
    }
  }

  #lost(code, reason) {
    const opened = this.#opened;
    this.#opened = false;
    this.#hangUp();
    if (this.#stopped) return;
    if (code === NOT_A_MEMBER) return this.#end(code, reason);
    // A new password gives this browser a new session, whose cookie may arrive only after the news of the old one's end.
    if (code === SIGNED_OUT && !this.#doubted) {
      this.#doubted = true;
      return this.#retryIn(NEW_SESSION_AFTER);
    }
    if (!opened) this.#unopened += 1;
    this.#retryIn(this.#delay(code));
    // A refused handshake tells a browser nothing; HTTP does, and brings the page up to date meanwhile.
    if (!opened || code === SIGNED_OUT) this.#ask();
  }

  #delay(code) {
    const { random } = this.#deps.clock;
    if (this.state === "polling") return POLLING_TRIES_SOCKET;
    if (RESTARTING.has(code)) return 200 + random() * 4_800;
    const most = Math.min(30, 0.5 * 2 ** this.#attempts++);
    return random() * most * 1000;
  }

  #retryIn(delay) {
    this.#timers.after("retry", delay, () => this.#connect());
    if (this.state === "polling") return;
    const retryAt = this.#now() + delay;
    this.#become(this.#deps.online() ? "reconnecting" : "offline", { retryAt });
  }

  #end(code, reason) {
    this.stop();
    this.#become("ended", { code, reason: reason ?? "" });
  }

  // What comes

  #hear(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    this.#lastHeard = this.#now();
    this.#timers.cancel("answer");
    const heard = {
      hello: () => this.#hello(frame),
      events: () => this.#take(frame.events),
      caught_up: () => this.#live(),
      reset: () => this.#reload(),
      heartbeat: () => this.#heartbeat(),
    }[frame.type];
    if (heard) return heard();
    if (frame.type === "presence") this.#greet(frame);
    if (frame.type === "people") frame.presence.forEach((person) => this.#greet(person));
    this.store.hear(frame);
  }

  /** Whoever comes in has not heard what one looks at; told soon, and not by everybody in the same moment. */
  #greet({ user, status }) {
    if (this.#telling.looksAt === null || status === "offline") return;
    if (this.store.presence.get(user).status !== "offline") return;
    this.#timers.after("greet", this.#deps.clock.random() * 2_000, () => this.#telling.again());
  }

  #hello({ sequence, epoch, me }) {
    if (me) this.store.hear({ type: "me", ...me });
    if (epoch && this.store.epoch && epoch !== this.store.epoch) return this.#reload();
    if (epoch) this.store.epoch = epoch;
    if (sequence <= this.store.sequence) this.#live();
  }

  #take(events) {
    if (this.#loading) {
      this.#waiting.push(...events);
      return;
    }
    for (const event of events) {
      if (event.name === "project.reset") return this.#reload();
      if (this.store.apply(event) && this.state !== "live") this.caughtUp += 1;
    }
  }

  #heartbeat() {
    this.#live();
    this.#telling.all();
  }

  #live() {
    this.#doubted = false;
    if (this.#loading) return;
    this.#attempts = 0;
    this.#timers.cancel("poll");
    if (this.state !== "live") this.#become("live");
    this.caughtUp = 0;
  }

  /** Too far behind, or another log: everything anew, then what came meanwhile. */
  async #reload() {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const snapshot = await this.#deps.fetchSnapshot();
      const epoch = this.store.epoch;
      this.store.replace(snapshot);
      this.store.epoch ??= epoch;
    } catch (error) {
      this.#loading = false;
      this.#waiting = [];
      return this.#refused(error) || this.#drop();
    }
    this.#loading = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#take(waiting);
    if (this.#opened) this.#live();
  }

  // Without a socket

  /** Asks by HTTP what the socket would have told: ends for who may not, polls when only sockets are blocked. */
  async #ask() {
    let answer;
    try {
      // Whoever polls is here, though no socket says so.
      answer = await this.#deps.fetchEvents(this.store.sequence, this.state === "polling" ? this.#telling.activity : null);
    } catch (error) {
      if (!this.#refused(error) && this.state === "polling")
        this.#become(this.#deps.online() ? "reconnecting" : "offline", { retryAt: null });
      return;
    }
    if (this.#stopped || this.#opened) return;
    if (answer.presence) this.store.hear({ type: "people", presence: answer.presence });
    const restored = answer.epoch && this.store.epoch && answer.epoch !== this.store.epoch;
    if (answer.reset || restored) await this.#reload();
    else this.#take(answer.events);
    if (this.#unopened >= BLOCKED_AFTER && !this.#opened && this.state !== "polling") this.#startPolling();
  }

  #refused(error) {
    if (!(error instanceof ApiError)) return false;
    const code = { 401: SIGNED_OUT, 403: NOT_A_MEMBER, 404: NOT_A_MEMBER }[error.status];
    if (code) this.#end(code, "");
    return Boolean(code);
  }

  #startPolling() {
    this.#become("polling");
    if (!this.#socket) this.#timers.after("retry", POLLING_TRIES_SOCKET, () => this.#connect());
    this.#poll();
  }

  #poll() {
    this.#timers.after("poll", POLL, async () => {
      if (this.state !== "polling") return;
      await this.#ask();
      if (this.state === "polling") this.#poll();
      else if (!this.#socket && !this.#stopped) this.#retryIn(this.#delay(1006));
    });
  }

  // The clock

  #watch() {
    this.#timers.after("tick", TICK, () => {
      const now = this.#now();
      const slept = now - this.#lastTick > ASLEEP;
      this.#lastTick = now;
      if (this.#opened && now - this.#lastHeard > SILENCE) this.#drop();
      else if (slept) this.check();
      this.#watch();
    });
  }

  #now() {
    return this.#deps.clock.now();
  }

  #become(state, { retryAt = null, code = null, reason = "" } = {}) {
    const previous = this.state;
    Object.assign(this, { state, retryAt, code, reason });
    this.store.emit({
      noun: "connection",
      action: "updated",
      state,
      previous,
      retryAt,
      code,
      reason,
      caughtUp: this.caughtUp,
    });
  }
}

function browserParts(store) {
  return {
    store,
    WebSocket: globalThis.WebSocket,
    url: (after) => {
      const { protocol, host } = globalThis.location;
      return `${protocol === "https:" ? "wss:" : "ws:"}//${host}/ws/projects/${store.project.id}/?after=${after}`;
    },
    fetchEvents: (after, activity) =>
      api.get(`projects/${store.project.id}/events?after=${after}${activity ? `&state=${activity}` : ""}`),
    fetchSnapshot: () => api.get(`projects/${store.project.id}/snapshot`),
    clock: {
      now: () => Date.now(),
      setTimeout: (act, delay) => globalThis.setTimeout(act, delay),
      clearTimeout: (timer) => globalThis.clearTimeout(timer),
      random: () => Math.random(),
    },
    online: () => globalThis.navigator?.onLine !== false,
  };
}

/** The page's one stream; models/page.js starts it. */
export const stream = new EventStream();
