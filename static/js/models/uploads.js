/* Files on their way to one place, a room's composer or a task: some at a time, each with its progress, to be stopped,
   tried again or taken away. No DOM.

   entry: {key, name, size, type, file, state, progress, words, row}
   state: "sending" (on its way, or next), "waiting" (no connection: goes out by itself), "failed" (the person decides),
          "done" (`row` is the server's) */

import { gettext, interpolate } from "../helpers/words.js";
import { fileSize } from "../helpers/sizes.js";

const AT_ONCE = 3;
const AGAIN = 5_000;
export const MOST_FILES = 20;

export class Uploads {
  #entries = [];
  #listeners = new Set();
  #stops = new Map(); // key -> AbortController
  #nextKey = 1;
  #timer = null;
  #deps;

  /**
   * send(file, {progress, signal}) -> row. finish(row): what happens with it; a place that takes it away at once
   * answers true. drop(row): it is not wanted any more. most(): bytes of one file. keep: {get, set} of done rows, which
   * outlive a reload.
   */
  constructor({ send, finish = async () => false, drop = () => {}, most = () => Infinity, keep = null, clock = globalThis }) {
    this.#deps = { send, finish, drop, most, keep, clock };
    for (const row of keep?.get() ?? []) this.#entries.push(this.#entry(row, { state: "done", progress: 1, row }));
  }

  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get entries() {
    return [...this.#entries];
  }

  /** The server's rows, of those that are there. */
  get rows() {
    return this.#entries.filter(({ state }) => state === "done").map(({ row }) => row);
  }

  get busy() {
    return this.#entries.some(({ state }) => state === "sending" || state === "waiting");
  }

  get troubled() {
    return this.#entries.some(({ state }) => state === "failed");
  }

  /** Takes files in; answers with how many were too many. */
  add(files) {
    const room = Math.max(0, MOST_FILES - this.#entries.length);
    for (const file of files.slice(0, room)) {
      const words = this.#refusal(file);
      this.#entries.push(this.#entry(file, words ? { state: "failed", words, hopeless: true } : {}));
    }
    this.#changed();
    this.#work();
    return Math.max(0, files.length - room);
  }

  /** Rows that were here before: a message that is written again. */
  takeBack(rows) {
    for (const row of rows) this.#entries.push(this.#entry(row, { state: "done", progress: 1, row }));
    this.#changed();
  }

  retry(key) {
    const entry = this.#find(key);
    if (entry?.state !== "failed" || entry.hopeless) return;
    this.#become(entry, { state: "sending", words: "" });
    this.#work();
  }

  /** Stops it, or takes it away. */
  remove(key) {
    const entry = this.#find(key);
    if (!entry) return;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#stops.get(key)?.abort();
    if (entry.row) this.#deps.drop(entry.row);
    this.#changed();
    this.#work();
  }

  /** The rows belong to somebody else now. */
  clear() {
    this.#entries = this.#entries.filter(({ state }) => state !== "done");
    this.#changed();
  }

  /** The connection may be back. */
  wake() {
    this.#deps.clock.clearTimeout(this.#timer);
    for (const entry of this.#entries) if (entry.state === "waiting") Object.assign(entry, { state: "sending", words: "" });
    this.#changed();
    this.#work();
  }

  #refusal({ size }) {
    const most = this.#deps.most();
    if (size === 0) return gettext("This file is empty.");
    if (size > most) return interpolate(gettext("Too large: at most %(most)s."), { most: fileSize(most) });
    return "";
  }

  #entry(file, state = {}) {
    const { name, size, type } = file;
    return { key: this.#nextKey++, name, size, type, file: state.row ? null : file, state: "sending", progress: 0, words: "", row: null, ...state };
  }

  #work() {
    for (const entry of this.#entries) {
      if (this.#stops.size >= AT_ONCE) return;
      if (entry.state === "sending" && !this.#stops.has(entry.key)) this.#send(entry);
    }
  }

  async #send(entry) {
    const stop = new AbortController();
    this.#stops.set(entry.key, stop);
    const progress = (share) => this.#become(entry, { progress: share });
    try {
      // A second try of what only `finish` refused does not send it again.
      entry.row ??= await this.#deps.send(entry.file, { progress, signal: stop.signal });
      if (!this.#find(entry.key)) this.#deps.drop(entry.row); // taken away in the very last moment
      else if (await this.#deps.finish(entry.row)) this.#entries = this.#entries.filter((other) => other !== entry);
      else Object.assign(entry, { state: "done", progress: 1, file: null });
    } catch (error) {
      if (this.#find(entry.key)) this.#refused(entry, error);
    } finally {
      this.#stops.delete(entry.key);
      this.#changed();
      this.#work();
    }
  }

  #refused(entry, error) {
    const later = error.offline || error.status === 429 || error.status === 503;
    const words = error.offline ? gettext("No connection. Goes on by itself.") : (error.words ?? error.message);
    // What is too large, or pretends, stays so.
    const hopeless = !entry.row && (error.status === 413 || error.status === 422);
    Object.assign(entry, { state: later ? "waiting" : "failed", words, hopeless, progress: 0 });
    if (!later) return;
    this.#deps.clock.clearTimeout(this.#timer);
    this.#timer = this.#deps.clock.setTimeout(() => this.wake(), (error.retryAfter ?? 0) * 1000 || AGAIN);
    this.#timer?.unref?.();
  }

  #find(key) {
    return this.#entries.find((entry) => entry.key === key);
  }

  #become(entry, change) {
    Object.assign(entry, change);
    this.#changed();
  }

  #changed() {
    this.#deps.keep?.set(this.rows);
    for (const listener of [...this.#listeners]) listener();
  }
}
