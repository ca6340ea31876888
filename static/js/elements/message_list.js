/* <message-list>: what was said in one room, as one reads it. Holds the place while older and newer pages come, sticks
   to the newest end only while one is there, and marks as read what was really seen.

   list.show(room, {message}) opens a room, around a message when one is named. */

import { api } from "../helpers/api.js";
import { arrange, fromTemplate, oncePerFrame, part } from "../helpers/dom.js";
import { dayKey, dayName } from "../helpers/format.js";
import { onPress } from "../helpers/press.js";
import { followReference } from "../helpers/references.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { History } from "../models/history.js";
import { outbox } from "../models/message_outbox.js";
import { store } from "../models/project_store.js";
import { ReadMark } from "../models/read_mark.js";
import { announce } from "./live_announcer.js";
import { messageElement } from "./chat_message.js";
import { openMessageMenu } from "./message_menu.js";
import { showPerson } from "./person_card.js";
import { toast } from "./toast_stack.js";

const NEAR = 600; // pixels from an end at which the next page is asked for
const AT_END = 40;
const GROUPED_WITHIN = 5 * 60_000;
const ON_ONE_PAGE = 40; // more unread than this: the room opens around the first of them
const FLASH = 2_400;

const readMark = new ReadMark(async (room, message) => {
  const reading = await api.post(`rooms/${room}/read`, { message });
  store.readings.read(room, reading.last_read, reading.unread);
});

export class MessageList extends HTMLElement {
  room = null;

  #history = null;
  #elements = new Map(); // key -> chat-message; keys are ids, or client_ids until confirmed
  #dividers = new Map();
  #orphans = new Map(); // message id -> element that still holds somebody's words
  #keys = new Map(); // message id -> key of its element
  #stuck = true;
  #held = null; // what one saw last, while one is not at the end
  #paging = false;
  #visible = false;
  #divider = null;
  #wasUnread = 0;
  #below = new Set(); // messages of others that came while one read further up
  #active = null;
  #troubled = false;
  #resting = false;
  #destination = null; // a message, or "divider", to go to when the list is on the screen
  #stop = [];
  #redraw = oncePerFrame(() => this.#draw());

  connectedCallback() {
    this.#stop = [
      store.on("message", (change) => this.#heard(change)),
      store.on("member", () => this.#refresh()),
      store.on("me", () => this.#refresh()),
      store.on("task", ({ action }) => action === "reset" && this.#refresh()),
      store.on("reading", ({ room }) => room === this.room && this.#readingChanged()),
      store.on("connection", ({ state }) => state === "live" && this.#troubled && this.#open()),
      store.on("reset", () => this.#reset()),
      outbox.on(({ room }) => room === this.room && this.#redraw()),
    ];
    this.#watchScreen();
    const { scroll, messages } = this;
    scroll.addEventListener("scroll", oncePerFrame(() => this.#scrolled()), { passive: true });
    messages.addEventListener("keydown", (event) => this.#key(event));
    messages.addEventListener("focusin", (event) => this.#activate(event.target.closest("chat-message")));
    messages.addEventListener("click", (event) => this.#clicked(event));
    messages.addEventListener("message:close-orphan", ({ target }) => this.#dropOrphan(target));
    onPress(messages, ({ target }) => this.#pressed(target));
    part(this, "pill").addEventListener("click", () => this.toNewest({ focus: true }));
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

  get messages() {
    return part(this, "messages");
  }

  /** Opens a room, at the newest end, at what is unread, or around one message. */
  show(room, { message = null } = {}) {
    if (room === this.room && message === null) return;
    if (room === this.room && this.#history?.has(message)) return this.#goTo(message);
    if (room !== this.room) this.#leave(room);
    this.#open({ message });
  }

  /** The newest end, wherever one reads; what one sends is always seen. */
  async toNewest({ focus = false } = {}) {
    if (router.current.message !== null) router.open({ message: null }, { replace: true });
    this.#stuck = true;
    this.#below.clear();
    if (this.#history?.hasNewer) await this.#open({ newest: true });
    this.#draw();
    if (focus) this.#elementOf(this.#history?.last)?.focus({ preventScroll: true });
  }

  /** My last message here that can be edited; null when there is none. */
  get lastOfMine() {
    const id = this.#history?.ids.findLast((each) => store.messages.get(each)?.author === store.me.id);
    return id ? this.#elementOf(id) : null;
  }

  focusLast() {
    this.messages.querySelector('chat-message[tabindex="0"]')?.focus();
  }

  // Opening

  #leave(room) {
    this.room = room;
    this.#elements.clear();
    this.#keys.clear();
    this.#dividers.clear();
    this.#orphans.clear();
    this.#below.clear();
    this.#active = null;
    this.#divider = null;
    this.#wasUnread = store.readings.get(room).unread;
    this.messages.replaceChildren();
    this.#history = null;
  }

  async #open({ message = null, newest = false, stay = false } = {}) {
    const { room } = this;
    if (room === null) return;
    const { unread, first_unread: first } = store.readings.get(room);
    if (unread && !newest) this.#divider ??= first;
    const around = message ?? (unread > ON_ONE_PAGE && !newest ? first : null);
    const history = new History({
      room,
      fetchPage: (query) => api.get(`rooms/${room}/messages?${new URLSearchParams(query)}`),
      put: (row) => this.#take(row),
    });
    this.#history = history;
    this.#stuck = !stay;
    this.#troubled = false;
    this.#tellState();
    try {
      await history.open({ around });
    } catch (error) {
      if (history === this.#history) this.#fail(error);
      return;
    }
    if (history !== this.#history) return;
    this.#draw();
    if (stay) return;
    this.#destination = message ?? (!newest && this.#divider !== null && unread ? "divider" : null);
    this.#arrive();
  }

  /** Goes where the opening led, once the list is on the screen: before, nothing in it has a place. */
  #arrive() {
    if (this.#destination === null || !this.scroll.clientHeight) return;
    const to = this.#destination;
    this.#destination = null;
    if (to === "divider") this.#goToDivider();
    else this.#goTo(to);
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

  #fail(error) {
    this.#troubled = true;
    part(this, "failure-words").textContent = error.words ?? error.message;
    this.#tellState();
  }

  /** After a fresh snapshot nothing is known of messages: the stretch one reads is read again. */
  #reset() {
    if (this.room === null || !store.rooms.has(this.room)) return;
    const seen = this.#stuck ? null : this.#middleSeen();
    this.#wasUnread = store.readings.get(this.room).unread;
    if (seen) this.#open({ message: seen, stay: true });
    else this.#open({ newest: true });
  }

  #goTo(id) {
    const target = this.#elementOf(id) ?? this.#elementOf(this.#history.ids.find((each) => each > id) ?? this.#history.last);
    if (!this.#history.has(id)) toast({ text: gettext("That message is no longer here."), key: "message-gone" });
    if (!target) return;
    this.#stuck = false;
    target.scrollIntoView({ block: "center" });
    if (!this.#history.has(id)) return;
    target.focus({ preventScroll: true });
    target.dataset.flash = "";
    setTimeout(() => delete target.dataset.flash, FLASH);
    this.#scrolled();
  }

  #goToDivider() {
    const divider = this.#dividers.get("new");
    if (!divider?.isConnected) return;
    this.scroll.scrollTop += divider.getBoundingClientRect().top - this.scroll.getBoundingClientRect().top - this.scroll.clientHeight / 5;
    this.#stuck = this.#atEnd();
    this.#scrolled();
  }

  // Hearing

  #heard({ action, id, row, previous, by, live }) {
    if (action === "reset" || this.#paging || !this.#history) return;
    if ((row ?? previous)?.room !== this.room) return;
    if (action === "deleted") this.#deleted(id, by);
    else if (row.client_id && row.author === store.me.id) this.#confirmed(row);
    if (action === "created") this.#created(row, live);
    this.#redraw();
  }

  /** The copy that stood here becomes the message: the same element, so that nothing blinks. */
  #confirmed(row) {
    const element = this.#elements.get(row.client_id);
    if (element) this.#keys.set(row.id, row.client_id);
    outbox.settle(row.client_id);
  }

  #created(row, live) {
    this.#history.add(row);
    if (!live || row.author === store.me.id) return;
    if (!this.#stuck) this.#below.add(row.id);
    if (this.#visible && !document.hidden) {
      const text = new DOMParser().parseFromString(row.html, "text/html").body.textContent.trim();
      announce(interpolate(gettext("%(name)s: %(text)s"), { name: store.person(row.author).name, text: text.slice(0, 200) }));
    }
  }

  #deleted(id, by) {
    const element = this.#elementOf(id);
    this.#history.remove(id);
    this.#below.delete(id);
    if (!element) return;
    if (element.editing) {
      this.#orphans.set(id, element);
      element.orphan(by);
    } else if (element.contains(document.activeElement)) {
      const next = this.#neighbour(element, 1) ?? this.#neighbour(element, -1);
      (next ?? document.querySelector("message-composer textarea"))?.focus({ preventScroll: true });
    }
  }

  #dropOrphan(element) {
    for (const [id, orphan] of this.#orphans) if (orphan === element) this.#orphans.delete(id);
    const next = this.#neighbour(element, 1) ?? this.#neighbour(element, -1);
    this.#draw();
    next?.focus({ preventScroll: true });
  }

  #refresh() {
    for (const element of this.#elements.values()) if (element.isConnected) element.refresh();
  }

  // Drawing

  #draw() {
    if (!this.#history?.opened || this.room === null) return this.#tellState();
    const held = this.#stuck ? null : this.#hold();
    const wanted = this.#wanted();
    arrange(this.messages, wanted);
    this.#forgetElements(wanted);
    part(this, "beginning").hidden = this.#history.hasOlder || !this.#history.size;
    part(this, "beginning").textContent = this.#beginning();
    this.#tellState();
    if (this.#stuck) this.#toEnd();
    else this.#keepHold(held);
    this.#keepOneInTabOrder();
    this.#drawPill();
    this.#scrolled();
  }

  /** Everything that stands in the list: messages by id, what waits at the end, dividers between. */
  #wanted() {
    const ids = [...this.#history.ids, ...this.#orphans.keys()].sort((one, other) => one - other);
    const rows = ids.map((id) => ({ id, row: store.messages.get(id), orphan: this.#orphans.get(id) })).filter(({ row, orphan }) => row || orphan);
    const waiting = this.#history.hasNewer ? [] : outbox.in(this.room);
    const wanted = [];
    const days = new Map();
    let last = null;
    let divided = false;
    for (const each of [...rows, ...waiting.map((entry) => ({ entry }))]) {
      if (each.orphan) {
        wanted.push(each.orphan);
        last = null;
        continue;
      }
      const author = each.row?.author ?? store.me.id;
      const at = each.row?.created_at ?? new Date(each.entry.at).toISOString();
      const day = dayKey(at);
      if (!days.has(day)) {
        days.set(day, this.#dayDivider(day, at));
        wanted.push(days.get(day));
        last = null;
      }
      if (!divided && this.#divider !== null && each.row && each.id >= this.#divider) {
        divided = true;
        wanted.push(this.#newDivider());
        last = null;
      }
      const grouped = last?.author === author && Date.parse(at) - Date.parse(last.at) < GROUPED_WITHIN;
      const element = this.#element(each);
      element.show({ row: each.row ?? null, entry: each.entry ?? null, grouped });
      wanted.push(element);
      last = { author, at };
    }
    return wanted;
  }

  #element({ id, entry }) {
    const key = entry?.client_id ?? this.#keys.get(id) ?? id;
    if (!this.#elements.has(key)) this.#elements.set(key, messageElement());
    return this.#elements.get(key);
  }

  #elementOf(id) {
    return this.#elements.get(this.#keys.get(id) ?? id) ?? null;
  }

  #forgetElements(wanted) {
    const kept = new Set(wanted);
    for (const [key, element] of this.#elements) if (!kept.has(element)) this.#elements.delete(key);
    for (const [id, key] of this.#keys) if (!this.#elements.has(key)) this.#keys.delete(id);
    for (const [key, element] of this.#dividers) if (!kept.has(element)) this.#dividers.delete(key);
  }

  #dayDivider(key, at) {
    if (!this.#dividers.has(key)) this.#dividers.set(key, fromTemplate("day-divider"));
    const divider = this.#dividers.get(key);
    const name = dayName(at);
    if (part(divider, "day").textContent !== name) part(divider, "day").textContent = name;
    return divider;
  }

  #newDivider() {
    if (!this.#dividers.has("new")) this.#dividers.set("new", fromTemplate("new-divider"));
    return this.#dividers.get("new");
  }

  #beginning() {
    const room = store.rooms.get(this.room);
    return room ? interpolate(gettext("This is where %(room)s begins."), { room: room.name }) : "";
  }

  #tellState() {
    const history = this.#history;
    const empty = history?.opened && !history.size && !outbox.in(this.room ?? 0).length && !this.#orphans.size;
    part(this, "skeleton").hidden = !history || history.opened || this.#troubled;
    part(this, "failure").hidden = !this.#troubled;
    part(this, "empty").hidden = !empty || this.#troubled;
    part(this, "loading-older").hidden = !history?.isLoading("older");
    part(this, "loading-newer").hidden = !history?.isLoading("newer");
    if (empty) part(this, "empty-words").textContent = interpolate(gettext("Nothing has been said in %(room)s yet."), { room: store.rooms.get(this.room)?.name ?? "" });
    this.setAttribute("aria-busy", String(!history?.opened));
  }

  // Holding the place

  /** The messages one sees, with where they stand; the first that is still there afterwards holds the place. */
  #hold() {
    const top = this.scroll.getBoundingClientRect().top;
    const seen = [];
    for (const element of this.messages.children) {
      const { top: at, bottom } = element.getBoundingClientRect();
      if (bottom <= top) continue;
      seen.push({ element, at });
      if (seen.length > 8) break;
    }
    return seen;
  }

  #keepHold(held) {
    const anchor = held?.find(({ element }) => element.isConnected && element.localName === "chat-message");
    if (anchor) this.scroll.scrollTop += anchor.element.getBoundingClientRect().top - anchor.at;
  }

  #toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  #atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroll;
    return !this.#history?.hasNewer && scrollHeight - scrollTop - clientHeight < AT_END;
  }

  #scrolled() {
    if (!this.#history?.opened) return;
    const { scrollTop, clientHeight, scrollHeight } = this.scroll;
    if (!clientHeight) return; // not shown: nothing is seen, and nothing was scrolled
    this.#stuck = this.#atEnd();
    this.#held = this.#stuck ? null : this.#hold();
    if (this.#stuck && this.#history.shortenOlder()) this.#redraw();
    if (scrollTop < NEAR) this.#more("older");
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#more("newer");
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
      }, 3_000);
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
    // The composer grew, the keyboard opened, a pane was dragged: one stays where one was.
    const sized = new ResizeObserver(() => {
      if (!this.#stuck) this.#keepHold(this.#held);
      else if (!this.messages.querySelector("[data-editing]")) this.#toEnd();
    });
    sized.observe(this.scroll);
    sized.observe(this.messages);
    const look = () => this.#see();
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    this.#stop.push(() => {
      seen.disconnect();
      sized.disconnect();
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    });
  }

  #appeared() {
    if (this.#stuck) this.#toEnd();
    this.#arrive();
    this.#scrolled();
  }

  get #present() {
    return this.#visible && !document.hidden && document.hasFocus();
  }

  /** Id of the message in the middle of the window. */
  #middleSeen() {
    const first = this.#hold().find(({ element }) => element.localName === "chat-message")?.element.messageId;
    const { ids } = this.#history;
    return ids[Math.floor((ids.indexOf(first) + ids.indexOf(this.#lastSeen())) / 2)] ?? null;
  }

  /** Id of the last message whose beginning is within the window. */
  #lastSeen() {
    const bottom = this.scroll.getBoundingClientRect().bottom;
    for (const id of this.#history.ids.toReversed()) {
      const element = this.#elementOf(id);
      if (element?.isConnected && element.getBoundingClientRect().top < bottom - 8) return id;
    }
    return null;
  }

  #see() {
    if (!this.#history?.opened || !this.#present || this.#destination !== null) return;
    const reading = store.readings.get(this.room);
    if (!reading.unread && !this.#below.size) return;
    const seen = this.#lastSeen();
    if (seen === null) return;
    for (const id of this.#below) if (id <= seen) this.#below.delete(id);
    if (!reading.unread || seen <= reading.last_read) return;
    if (reading.first_unread !== null && seen < reading.first_unread) return;
    store.readings.read(this.room, seen, this.#unreadAfter(seen, reading));
    readMark.read(this.room, seen);
  }

  #unreadAfter(seen, { last_read: last, unread }) {
    const ofOthers = this.#history.ids.filter((id) => store.messages.get(id)?.author !== store.me.id);
    if (!this.#history.hasNewer) return ofOthers.filter((id) => id > seen).length;
    return Math.max(0, unread - ofOthers.filter((id) => id > last && id <= seen).length);
  }

  /** The divider stays until one leaves the room, or until more comes while one is away. */
  #readingChanged() {
    const { unread, first_unread: first } = store.readings.get(this.room);
    if (unread && !this.#wasUnread && !(this.#present && this.#stuck)) this.#divider = first;
    this.#wasUnread = unread;
    this.#redraw();
  }

  #drawPill() {
    const { unread } = store.readings.get(this.room);
    const far = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight > this.scroll.clientHeight;
    const beyond = this.#history?.hasNewer;
    const count = this.#stuck ? 0 : Math.max(this.#below.size, unread);
    const pill = part(this, "pill");
    pill.hidden = this.#stuck || !(count || far || beyond);
    pill.toggleAttribute("data-quiet", !count);
    const words = count ? interpolate(ngettext("%(count)s new message", "%(count)s new messages", count), { count: count > 99 ? "99+" : count }) : gettext("Newest");
    if (part(this, "pill-words").textContent !== words) part(this, "pill-words").textContent = words;
  }

  // Keys, fingers, pointers

  #key(event) {
    const message = event.target.closest("chat-message");
    if (!message || event.altKey || event.ctrlKey || event.metaKey) return;
    const onMessage = event.target === message;
    const to = onMessage && {
      ArrowUp: () => this.#neighbour(message, -1),
      ArrowDown: () => this.#neighbour(message, 1),
      Home: () => this.#ends()[0],
      End: () => this.#ends()[1],
    }[event.key];
    const opens = (event.key === "F10" && event.shiftKey) || event.key === "ContextMenu";
    if (to && !event.shiftKey) this.#focus(to());
    else if (opens || (onMessage && (event.key === "Enter" || event.key === " "))) openMessageMenu(message, { back: message });
    else if (onMessage && event.key === "Escape") document.querySelector("message-composer textarea")?.focus();
    else if ((event.key === "Enter" || event.key === " ") && event.target.matches("a.mention")) followReference(event, showPerson);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #ends() {
    const all = this.messages.querySelectorAll("chat-message");
    return [all[0], all[all.length - 1]];
  }

  #neighbour(message, step) {
    let next = message;
    do next = step > 0 ? next.nextElementSibling : next.previousElementSibling;
    while (next && next.localName !== "chat-message");
    return next;
  }

  #focus(message) {
    message?.focus({ preventScroll: true });
    message?.scrollIntoView({ block: "nearest" });
  }

  #activate(message) {
    if (!message || message === this.#active) return;
    this.#inTabOrder(this.#active, false);
    this.#active = message;
    this.#inTabOrder(message, true);
  }

  #keepOneInTabOrder() {
    if (this.#active?.isConnected) return;
    const last = this.#ends()[1];
    if (last) this.#activate(last);
  }

  #inTabOrder(message, yes) {
    if (!message) return;
    message.tabIndex = yes ? 0 : -1;
    for (const name of ["more", "edited"]) part(message, name).tabIndex = yes ? 0 : -1;
  }

  #clicked(event) {
    if (followReference(event, showPerson)) return;
    const message = event.target.closest("chat-message");
    const more = event.target.closest('[data-part="more"]');
    if (more) return openMessageMenu(message, { at: more, back: more });
    const edited = event.target.closest('[data-part="edited"]');
    if (edited) this.dispatchEvent(new CustomEvent("message:versions", { bubbles: true, detail: { message: message.messageId, at: edited } }));
  }

  #pressed(target) {
    const message = target.closest?.("chat-message");
    if (!message?.row || !matchMedia("(pointer: coarse)").matches || target.closest("a, button, textarea")) return false;
    openMessageMenu(message, { back: message });
    return true;
  }
}

customElements.define("message-list", MessageList);
