/* <message-list>: what was said in one room, or in one thread of it, as one reads it. Loads the stretch one reads and grows it at either end,
   hears what changes, and marks as read what was really seen. <message-rows> draws, <message-scroll> holds the place.

   list.show(room, {thread, message}) opens a room or a thread, around a message when one is named. */

import { api } from "../helpers/api.js";
import { nameOfRoom } from "../helpers/channels.js";
import { oncePerFrame, part } from "../helpers/dom.js";
import { outline } from "../helpers/message_outline.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { History } from "../models/history.js";
import { outbox } from "../models/message_outbox.js";
import { store } from "../models/project_store.js";
import { RoomReading } from "../models/room_reading.js";
import { announce } from "./live_announcer.js";
import "./message_rows.js";
import "./message_scroll.js";
import "./newest_pill.js";
import { toast } from "./toast_stack.js";

const NEAR = 600; // pixels from an end at which the next page is asked for
const ON_ONE_PAGE = 40; // more unread than this: the room opens around the first of them
const FLASH = 2_400;
const REST = 3_000; // after a page that did not come

export class MessageList extends HTMLElement {
  room = null;
  thread = null;

  #history = null;
  #reading = null;
  #paging = false;
  #visible = false;
  #blank = true; // nothing that was said here is on the screen yet
  #troubled = false;
  #stranded = false; // the newest messages could not be fetched: one reads on where one was
  #resting = false;
  #destination = null; // a message, or "divider", to go to when the list is on the screen
  #stop = [];
  #redraw = oncePerFrame(() => this.#draw());

  connectedCallback() {
    this.#stop = [
      store.on("message", (change) => this.#heard(change)),
      store.on("member", () => this.rows.refresh()),
      store.on("me", () => this.rows.refresh()),
      store.on("task", ({ action }) => action === "reset" && this.rows.refresh()),
      store.on("reading", ({ room }) => room === this.room && this.#readingChanged()),
      store.on("connection", ({ state }) => state === "live" && (this.#troubled || this.#stranded) && this.#open({ newest: this.#stranded })),
      store.on("reset", () => this.#reset()),
      store.on("unread", ({ room, thread }) => room === this.room && thread === this.thread && this.#reading.hold()),
      outbox.on(({ room }) => room === this.room && this.#redraw()),
    ];
    this.#watchScreen();
    this.scroll.addEventListener("scroll", oncePerFrame(() => this.#scrolled()), { passive: true });
    this.rows.addEventListener("message:close-orphan", ({ target }) => this.#dropOrphan(target));
    this.pill.addEventListener("click", () => this.toNewest({ focus: true }));
    part(this, "again").addEventListener("click", () => this.#open());
    part(this, "empty-action").addEventListener("click", () => this.dispatchEvent(new CustomEvent("message:write", { bubbles: true })));
    const midnight = setInterval(() => this.#redraw(), 60_000); // "Today" does not stay today
    this.#stop.push(() => clearInterval(midnight));
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  get scroll() {
    return part(this, "scroll");
  }

  get rows() {
    return part(this, "messages");
  }

  get pill() {
    return part(this, "pill");
  }

  /** Opens a room, at the newest end, at what is unread, or around one message. */
  show(room, { thread = null, message = null } = {}) {
    const same = room === this.room && thread === this.thread;
    if (same && message === null) return;
    if (same && this.#history?.has(message)) return this.#goTo(message);
    if (!same) this.#leave(room, thread);
    this.#open({ message });
  }

  /** The newest end, wherever one reads; what one sends is always seen. */
  async toNewest({ focus = false } = {}) {
    if (this.thread === null && router.current.message !== null) router.open({ message: null }, { replace: true });
    this.scroll.stuck = true;
    this.#reading?.forgetAll();
    if (this.#history?.hasNewer) await this.#open({ newest: true });
    this.#draw();
    if (focus) this.rows.elementOf(this.#history?.last)?.focus({ preventScroll: true });
  }

  /** My last message here that can be edited; null when there is none. */
  get lastOfMine() {
    const id = this.#history?.ids.findLast((each) => store.messages.get(each)?.author === store.me.id);
    if (id && !this.rows.elementOf(id)?.row) this.#draw(); // confirmed just now: it would be drawn with the next frame
    return id ? this.rows.elementOf(id) : null;
  }

  // Opening

  #leave(room, thread) {
    Object.assign(this, { room, thread });
    this.rows.clear();
    this.#reading = new RoomReading(room, { thread });
    this.#history = null;
    this.#blank = true;
  }

  async #open({ message = null, newest = false, stay = false } = {}) {
    const { room } = this;
    if (room === null) return;
    const { unread, firstUnread } = this.#reading;
    if (!newest) this.#reading.divide();
    const around = message ?? (unread > ON_ONE_PAGE && !newest ? firstUnread : null);
    const history = new History({
      room,
      thread: this.thread,
      fetchPage: (query) => api.get(`${this.#path}?${new URLSearchParams(query)}`),
      put: (row) => this.#take(row),
    });
    const before = this.#history;
    this.#history = history;
    this.scroll.stuck = !stay;
    this.#troubled = this.#stranded = false;
    this.#tellState();
    try {
      await history.open({ around });
    } catch (error) {
      if (history === this.#history) this.#fail(error, before);
      return;
    }
    if (history !== this.#history) return;
    this.#draw();
    if (stay) return;
    this.#destination = message ?? (!newest && this.#reading.divider !== null && unread ? "divider" : null);
    this.#arrive();
  }

  /** Goes where the opening led, once the list is on the screen. */
  #arrive() {
    if (this.#destination === null || !this.scroll.shown) return;
    const to = this.#destination;
    this.#destination = null;
    if (to === "divider") this.#goToDivider();
    else this.#goTo(to);
  }

  get #path() {
    return this.thread === null ? `rooms/${this.room}/messages` : `messages/${this.thread}/replies`;
  }

  get #waiting() {
    return this.room === null ? [] : outbox.at(this.room, this.thread);
  }

  #take(row) {
    this.#paging = true;
    try {
      if (row.client_id && row.author === store.me.id) outbox.settle(row.client_id);
      return store.messages.put(row);
    } finally {
      this.#paging = false;
    }
  }

  /** Where there is something to read already, that stays, with what one just wrote below it. */
  #fail(error, before) {
    const words = error.words ?? error.message;
    if (before?.opened) {
      this.#history = before;
      this.#stranded = true;
      toast({ text: words, key: "messages-unreachable" });
      this.#draw();
      return;
    }
    this.#troubled = true;
    part(this, "failure-words").textContent = words;
    this.#draw();
  }

  /** After a fresh snapshot nothing is known of messages: the stretch one reads is read again. */
  #reset() {
    if (this.room === null || !store.rooms.has(this.room)) return;
    this.scroll.notice();
    const seen = this.scroll.stuck ? null : this.#middleSeen();
    this.#reading.begin();
    if (seen) this.#open({ message: seen, stay: true });
    else this.#open({ newest: true });
  }

  #goTo(id) {
    const here = this.#history.has(id);
    const next = this.#history.ids.find((each) => each > id) ?? this.#history.last;
    const target = this.rows.elementOf(id) ?? this.rows.elementOf(next);
    if (!here && store.messages.get(id)?.thread) return; // it stands in its thread
    if (!here) toast({ text: gettext("That message is no longer here."), key: "message-gone" });
    if (!target) return;
    this.scroll.toMessage(target);
    if (!here) return;
    target.focus({ preventScroll: true });
    target.dataset.flash = "";
    setTimeout(() => delete target.dataset.flash, FLASH);
    this.#scrolled();
  }

  #goToDivider() {
    const { divider } = this.rows;
    if (!divider) return;
    this.scroll.toDivider(divider);
    this.#scrolled();
  }

  // Hearing

  #heard({ action, id, row, previous, by, live }) {
    if (action === "reset" || this.#paging || !this.#history) return;
    const said = row ?? previous;
    if (said?.room !== this.room || (said.thread ?? null) !== this.thread) return;
    if (action === "deleted") this.#deleted(id, by);
    else if (row.client_id && row.author === store.me.id) this.#confirmed(row);
    if (action === "created") this.#created(row, live);
    this.#redraw();
  }

  #confirmed(row) {
    this.rows.confirm(row);
    outbox.settle(row.client_id);
  }

  #created(row, live) {
    this.#history.add(row);
    if (!live || row.author === store.me.id || row.deleted_at) return;
    if (!this.scroll.stuck) this.#reading.cameBelow(row.id);
    if (this.#visible && !document.hidden) {
      const text = new DOMParser().parseFromString(row.html, "text/html").body.textContent.trim();
      const files = row.attachments?.length ? [interpolate(ngettext("%(count)s file", "%(count)s files", row.attachments.length), { count: row.attachments.length })] : [];
      announce(interpolate(gettext("%(name)s: %(text)s"), { name: store.person(row.author).name, text: [text.slice(0, 200), ...files].filter(Boolean).join(", ") }));
    }
  }

  #deleted(id, by) {
    this.#history.remove(id);
    this.#reading.forget(id);
    this.rows.deleted(id, by);
  }

  #dropOrphan(element) {
    const next = this.rows.dropOrphan(element);
    this.#draw();
    next?.focus({ preventScroll: true });
  }

  // Drawing

  /** While a page is fetched, what stands there stays; where nothing does, one sees what one writes meanwhile. */
  #draw() {
    const history = this.#history;
    if (!history || !(history.opened || this.#blank)) return this.#tellState();
    this.#blank = !history.opened;
    this.scroll.holding(() => {
      this.rows.draw(this.#outline());
      this.#drawBeginning();
      this.#tellState();
    });
    this.#drawPill();
    this.#scrolled();
  }

  #outline() {
    const history = this.#history;
    const elsewhere = history.opened && history.hasNewer && !this.#stranded; // what I write stands at the newest end
    return outline({
      ids: history.ids,
      orphans: this.rows.orphans,
      rowOf: (id) => store.messages.get(id),
      waiting: elsewhere ? [] : this.#waiting,
      divider: this.#reading.divider,
      me: store.me.id,
    });
  }

  #drawBeginning() {
    const beginning = part(this, "beginning");
    const room = store.rooms.get(this.room);
    beginning.hidden = this.thread !== null || this.#history.hasOlder || !this.#history.size;
    beginning.textContent = room ? interpolate(gettext("This is where %(room)s begins."), { room: nameOfRoom(room) }) : "";
  }

  #tellState() {
    const history = this.#history;
    const empty = history?.opened && !history.size && !this.#waiting.length && !this.rows.orphans.size;
    part(this, "skeleton").hidden = !history || history.opened || this.#troubled || this.#waiting.length > 0;
    part(this, "failure").hidden = !this.#troubled;
    part(this, "empty").hidden = !empty || this.#troubled;
    part(this, "loading-older").hidden = !history?.isLoading("older");
    part(this, "loading-newer").hidden = !history?.isLoading("newer");
    if (empty && this.thread !== null) part(this, "empty-words").textContent = gettext("Nobody has answered yet.");
    else if (empty) part(this, "empty-words").textContent = interpolate(gettext("Nothing has been said in %(room)s yet."), { room: store.rooms.get(this.room)?.name ?? "" });
    this.setAttribute("aria-busy", String(!history?.opened));
  }

  #drawPill() {
    const { stuck, below, clientHeight } = this.scroll;
    const { count } = this.#reading;
    const away = count || below > clientHeight || this.#history.hasNewer;
    this.pill.show({ shown: !stuck && away, count: stuck ? 0 : count });
  }

  // Scrolling

  #scrolled() {
    if (!this.#history?.opened) return;
    const { scroll } = this;
    if (!scroll.shown) return; // nothing is seen, and nothing was scrolled
    const { scrollTop, below } = scroll;
    scroll.rest({ more: this.#history.hasNewer });
    if (scroll.stuck && this.#history.shortenOlder()) this.#redraw();
    if (scrollTop < NEAR) this.#more("older");
    if (below < NEAR) this.#more("newer");
    this.#see();
    this.#drawPill();
  }

  async #more(end) {
    const history = this.#history;
    const has = end === "older" ? history.hasOlder : history.hasNewer;
    if (!has || history.isLoading(end) || history.isLoading("open") || this.#resting) return;
    try {
      const loading = history[end]();
      this.#tellState();
      await loading;
      if (history === this.#history) this.#draw();
    } catch {
      // The next scroll asks again, a little later.
      this.#resting = true;
      setTimeout(() => {
        this.#resting = false;
        this.#scrolled();
      }, REST);
      this.#tellState();
    }
  }

  // Reading

  #watchScreen() {
    const seen = new IntersectionObserver(([entry]) => {
      const appeared = entry.isIntersecting && !this.#visible;
      this.#visible = entry.isIntersecting;
      if (appeared) this.#appeared();
    });
    seen.observe(this);
    const look = () => this.#see();
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    this.#stop.push(() => {
      seen.disconnect();
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    });
  }

  #appeared() {
    if (this.scroll.stuck) this.scroll.toEnd();
    this.#arrive();
    this.#scrolled();
  }

  get #present() {
    return this.#visible && !document.hidden && document.hasFocus();
  }

  /** Id of the message in the middle of the window. */
  #middleSeen() {
    const { ids } = this.#history;
    const first = ids.indexOf(this.scroll.firstSeen?.messageId);
    return ids[Math.floor((first + ids.indexOf(this.#lastSeen())) / 2)] ?? null;
  }

  /** Id of the last message whose beginning is within the window. */
  #lastSeen() {
    const within = (element) => element?.isConnected && this.scroll.reaches(element);
    return this.#history.ids.findLast((id) => within(this.rows.elementOf(id))) ?? null;
  }

  #see() {
    if (!this.#history?.opened || !this.#present || this.#destination !== null || !this.#reading.count) return;
    const seen = this.#lastSeen();
    if (seen !== null) this.#reading.sawUpTo(seen, this.#history);
  }

  #readingChanged() {
    this.#reading.changed({ watching: this.#present && this.scroll.stuck });
    this.#redraw();
  }
}

customElements.define("message-list", MessageList);
