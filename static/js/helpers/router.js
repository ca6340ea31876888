/* What is open, as the address says it: a task, a room, a thread or a message in it, or (on a phone) a view of its own; and what of
   the board is shown, which models/filter.js reads. */

import { format as formatFilter, parse as parseFilter } from "../models/filter.js";

const PATH = /^\/projects\/(\d+)\/(?:tasks\/(\d+)\/|rooms\/(\d+)\/(?:messages\/(\d+)\/|threads\/(\d+)\/)?)?$/;
const CLOSED = Object.freeze({ task: null, room: null, thread: null, message: null, view: null, filter: "" });
const VIEWS = new Set(["people", "me"]);

const numberOf = (text) => (text && /^\d{1,15}$/.test(text) ? Number(text) : null);

/** Route of an address: {project, task, room, thread, message, view, filter}; null when it is none of this page. */
export function parse(path, search = "") {
  const match = PATH.exec(path);
  if (!match) return null;
  const [, project, task, room, message, thread] = match.map((text) => text ?? null);
  const query = new URLSearchParams(search);
  const view = query.get("view");
  return {
    project: Number(project),
    task: numberOf(task),
    room: numberOf(room ?? query.get("room")),
    thread: numberOf(thread ?? query.get("thread")),
    message: numberOf(message ?? query.get("message")),
    view: VIEWS.has(view) ? view : null,
    filter: formatFilter(parseFilter(search)),
  };
}

/** Address of a route. Of its filter only when asked: a link to a task or a room leaves the board as it is. */
export function addressOf({ project, task = null, room = null, thread = null, message = null, view = null }, { filter = "" } = {}) {
  const root = `/projects/${project}/`;
  const query = new URLSearchParams();
  if (view) query.set("view", view);
  if (task === null) {
    const inThread = room !== null && thread !== null;
    if (inThread && message !== null) query.set("message", message);
    const place = inThread ? `threads/${thread}/` : message === null ? "" : `messages/${message}/`;
    return withQuery(room === null ? root : `${root}rooms/${room}/${place}`, query, filter);
  }
  if (room !== null) query.set("room", room);
  if (room !== null && thread !== null) query.set("thread", thread);
  if (room !== null && message !== null) query.set("message", message);
  return withQuery(`${root}tasks/${task}/`, query, filter);
}

const withQuery = (path, query, filter) => {
  const search = [query.toString(), filter].filter(Boolean).join("&");
  return search ? `${path}?${search}` : path;
};

const same = (one, other) => ["task", "room", "thread", "message", "view", "filter"].every((key) => one[key] === other[key]);

export class Router {
  #current;
  #listeners = new Set();
  #window;

  constructor(window) {
    this.#window = window;
    this.#current = parse(window.location.pathname, window.location.search) ?? { project: null, ...CLOSED };
    window.addEventListener("popstate", () => this.#arrive());
  }

  get current() {
    return this.#current;
  }

  /** Hears {current, previous} after every change; answers with the function that stops it. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens what is named and keeps the rest: open({task: 12}) leaves the room as it is. A room leaves its message. */
  open(change, { replace = false } = {}) {
    const previous = this.#current;
    const left = "room" in change || "thread" in change ? { message: null } : {};
    if ("room" in change) left.thread = null;
    const view = "view" in change ? {} : { view: null };
    const next = { ...previous, ...left, ...view, ...change };
    if (same(next, previous)) return;
    // While a task is open everything happens in its layer, so that "back" closes the panel and replays nothing.
    const swaps = previous.task !== null && next.task !== null;
    const layered = this.#window.history.state?.layer === "task";
    const layer = next.task === null ? null : previous.task === null && !replace ? "task" : layered ? "task" : null;
    const address = addressOf(next, next);
    const under = layered ? this.#window.history.state.under : previous.filter; // what "back" comes to
    const inThread = next.thread !== null && !replace && (previous.thread === null || this.#window.history.state?.thread);
    const state = { ...(layer ? { layer, under } : { layer }), ...(inThread && { thread: true }) };
    if (replace || swaps) this.#window.history.replaceState(state, "", address);
    else this.#window.history.pushState(state, "", address);
    this.#become(next);
  }

  /** Closes the task's panel: back where it was opened from here, else forward to the address without it. */
  closeTask() {
    if (this.#current.task === null) return;
    const { layer, under = "" } = this.#window.history.state ?? {};
    if (layer === "task" && under === this.#current.filter) this.#window.history.back();
    else this.open({ task: null }, { replace: true });
  }

  /** Closes the thread's pane, the same way. */
  closeThread() {
    if (this.#current.thread === null) return;
    if (this.#window.history.state?.thread) this.#window.history.back();
    else this.open({ thread: null }, { replace: true });
  }

  /** Follows an address of this page; false when it leads elsewhere. */
  follow(url) {
    const target = new URL(url, this.#window.location.href);
    if (target.origin !== this.#window.location.origin) return false;
    const route = parse(target.pathname, target.search);
    if (!route || route.project !== this.#current.project) return false;
    const { task, room, thread, message, view, filter } = route;
    this.open({ task, view, ...(room === null ? {} : { room, thread, message }), ...(filter && { filter }) });
    return true;
  }

  #arrive() {
    const route = parse(this.#window.location.pathname, this.#window.location.search);
    if (route) this.#become(route);
  }

  #become(current) {
    const previous = this.#current;
    this.#current = current;
    for (const listener of [...this.#listeners]) listener({ current, previous });
  }
}

/** The page's router; under node there is no page, and no router. */
export const router = globalThis.window?.history ? new Router(globalThis.window) : null;
