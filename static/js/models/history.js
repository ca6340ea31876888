/* A room's messages, or a thread's, as one reads them: a stretch without gaps, growing older or newer a page at a time, and never so
   long that the page grows slow. Holds ids, in order; the rows stand in the store. No DOM. */

const PAGE = 50;
const MOST = 400;

export class History {
  /** Whether there is more beyond either end. Until the first page came, nobody knows. */
  hasOlder = true;
  hasNewer = true;
  opened = false;

  #ids = [];
  #room;
  #thread;
  #fetchPage;
  #put;
  #turn = 0;
  #loading = new Map();
  #meanwhile = [];
  #most;

  /**
   * fetchPage({before?, after?, around?, limit}) -> {items, next, newer}; put(row) takes a row into the store and answers
   * with it, or with nothing when that message is known to be deleted.
   */
  constructor({ room, thread = null, fetchPage, put, most = MOST }) {
    this.#room = room;
    this.#thread = thread;
    this.#fetchPage = fetchPage;
    this.#put = put;
    this.#most = most;
  }

  /** Until the first page came: of what was posted meanwhile. */
  get ids() {
    return this.opened ? this.#ids : this.#meanwhile;
  }

  get first() {
    return this.#ids[0] ?? null;
  }

  get last() {
    return this.#ids.at(-1) ?? null;
  }

  get size() {
    return this.#ids.length;
  }

  has(id) {
    return this.#ids.includes(id);
  }

  isLoading(what) {
    return this.#loading.has(what);
  }

  /** Begins anew, at the newest page, or around one message. Whatever was under way is forgotten. */
  async open({ around = null } = {}) {
    this.#turn += 1;
    this.#loading.clear();
    const query = around === null ? {} : { around, limit: 2 * PAGE }; // a page either way, to fill a high window
    await this.#load("open", query, (items, { next, newer }) => {
      this.#ids = [];
      this.#merge(items);
      this.hasOlder = next !== null;
      this.hasNewer = newer !== null;
      this.opened = true;
    });
  }

  /** The page before the first message. */
  async older() {
    if (!this.opened || !this.hasOlder || !this.size) return;
    await this.#load("older", { before: this.first }, (items, { next }) => {
      this.#merge(items);
      this.hasOlder = next !== null;
      this.#shorten("newer");
    });
  }

  /** The page after the last message. */
  async newer() {
    if (!this.opened || !this.hasNewer) return;
    await this.#load("newer", { after: this.last ?? 0 }, (items, { newer }) => {
      this.#merge(items);
      this.hasNewer = newer !== null;
      this.#shorten("older");
    });
  }

  /** A new message. Answers whether it stands in this stretch; else a later page brings it. */
  add({ id, room, thread = null }) {
    if (room !== this.#room || thread !== this.#thread) return false;
    if (this.#loading.size || !this.opened) this.#meanwhile.push(id);
    if (!this.opened || this.has(id)) return false;
    if (this.size && id < this.first && this.hasOlder) return false;
    if ((!this.size || id > this.last) && this.hasNewer) return false;
    this.#merge([{ id }]);
    return true;
  }

  remove(id) {
    const place = this.#ids.indexOf(id);
    this.#meanwhile = this.#meanwhile.filter((other) => other !== id);
    if (place >= 0) this.#ids.splice(place, 1);
    return place >= 0;
  }

  /** Drops the oldest beyond the measure; for whoever reads at the newest end while messages keep coming. */
  shortenOlder() {
    return this.#shorten("older");
  }

  async #load(what, query, take) {
    if (this.#loading.has("open") && what !== "open") return;
    const known = this.#loading.get(what);
    if (known) return known;
    const turn = this.#turn;
    const load = this.#fetchPage({ limit: PAGE, ...query }).then((page) => {
      if (turn !== this.#turn) return;
      take(page.items.filter((row) => this.#put(row)), page);
      this.#takeMeanwhile();
    });
    this.#loading.set(what, load);
    try {
      await load;
    } finally {
      if (turn === this.#turn) {
        this.#loading.delete(what);
        if (!this.#loading.size && this.opened) this.#meanwhile = [];
      }
    }
  }

  /** What was posted while a page was on its way is newer than the page, when the page reaches the end. */
  #takeMeanwhile() {
    if (this.hasNewer) return;
    const first = this.first ?? 0;
    this.#merge(this.#meanwhile.filter((id) => id > first || !this.hasOlder).map((id) => ({ id })));
  }

  #merge(items) {
    const ids = new Set(this.#ids);
    for (const { id } of items) ids.add(id);
    this.#ids = [...ids].sort((one, other) => one - other);
  }

  #shorten(end) {
    const over = this.size - this.#most;
    if (over <= 0) return false;
    if (end === "newer") {
      this.#ids.splice(-over);
      this.hasNewer = true;
    } else {
      this.#ids.splice(0, over);
      this.hasOlder = true;
    }
    return true;
  }
}
