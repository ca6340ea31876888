/* <chat-room>: the pane of one room. Chooses which room is shown (the address, else the one left last), and joins its
   parts: header, messages, composer. */

import { api } from "../helpers/api.js";
import { part } from "../helpers/dom.js";
import { takeDrops } from "../helpers/dropping.js";
import { nameOfRoom, whyNotPost } from "../helpers/channels.js";
import { may } from "../helpers/rights.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { outbox } from "../models/message_outbox.js";
import { store } from "../models/project_store.js";
import { copyAndSay } from "./chat_message.js";
import "./message_composer.js";
import "./message_list.js";
import "./message_versions.js";
import "./person_card.js";
import "./channel_dialog.js";
import "./channel_people.js";
import "./direct_dialog.js";
import "./room_dialog.js";
import "./forward_dialog.js";
import "./room_header.js";
import { joinRoom } from "./room_people.js";
import { threadPane } from "./thread_pane.js";
import { toast } from "./toast_stack.js";
import "./typing_line.js";

const KEPT = "taskroom:room";

/** Where something happened: the thread's pane, or the room. */
const conversation = (target) => target.closest("thread-pane") ?? target.closest("chat-room");

export class ChatRoom extends HTMLElement {
  #room = null;
  #editedFromComposer = null;
  #stop = [];

  connectedCallback() {
    this.#stop = [
      router.on(() => this.#follow()),
      store.on("room", (change) => this.#roomChanged(change)),
      store.on("me", () => this.#drawBars()),
      store.on("channel", () => this.#drawBars()),
      store.on("project", () => this.#drawBars()),
      store.on("reading", () => this.#title()),
      store.on("reset", () => this.#follow()),
      store.on("connection", ({ state }) => state === "live" && outbox.wake()),
      store.on("reached", () => outbox.reached()),
    ];
    window.addEventListener("online", () => outbox.wake());
    this.addEventListener("message:send", ({ detail }) => this.#send(detail));
    this.addEventListener("message:edit-last", ({ target }) => this.#editLast(conversation(target)));
    this.addEventListener("message:write", ({ target }) => conversation(target).composer.focusField());
    this.addEventListener("message:discard", ({ target }) => this.#discard(target.entry, conversation(target).composer));
    this.addEventListener("message:take-back", ({ target }) => this.#takeBack(target.entry, conversation(target).composer));
    this.addEventListener("message:edited", ({ target }) => this.#edited(target));
    part(this, "join-now").addEventListener("click", () => joinRoom(this.#room).then(() => this.composer.focusField()));
    part(this, "first-room").addEventListener("click", () => this.#firstRoom());
    takeDrops(this, (brought) => (this.#thread ?? this).composer.attach(brought), () => !this.composer.hidden);
    outbox.load();
    this.#follow();
    this.#title();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  get list() {
    return this.querySelector("message-list");
  }

  get #thread() {
    return this.querySelector("thread-pane");
  }

  get composer() {
    return this.querySelector("message-composer");
  }

  /** What the address names, else what was shown last, else the first room one is in. */
  #wanted() {
    const named = router.current.room;
    if (named !== null && store.rooms.has(named)) return named;
    if (this.#room !== null && store.rooms.has(this.#room)) return this.#room;
    const kept = Number(this.#remembered());
    if (store.rooms.has(kept)) return kept;
    const mine = store.rooms.where((room) => room.members?.includes(store.me.id));
    return (mine[0] ?? store.rooms.all()[0])?.id ?? null;
  }

  #follow() {
    const named = router.current.room;
    if (named !== null && !store.rooms.has(named)) {
      toast({ text: gettext("That room is no longer here."), key: "room-gone" });
      return router.open({ room: null }, { replace: true });
    }
    const { thread, message } = router.current;
    this.#show(this.#wanted(), { message: named === null || thread !== null ? null : message });
    this.#showThread(named, thread, message);
  }

  #showThread(room, thread, message) {
    const pane = this.#thread;
    this.toggleAttribute("data-thread", thread !== null && room !== null);
    if (thread === null || room === null) {
      if (!pane) return;
      pane.remove();
      if (document.activeElement === document.body) (this.list.rows.elementOf(pane.thread) ?? this.composer.field).focus({ preventScroll: true });
      return;
    }
    if (pane && pane.thread === thread) return pane.show(room, thread, { message });
    pane?.remove();
    const fresh = threadPane();
    this.append(fresh);
    fresh.show(room, thread, { message });
  }

  /** A link to an answer leads to its thread. */
  async #findInThread(message) {
    if (message === null || store.messages.get(message)?.thread === null) return;
    const row = store.messages.get(message) ?? (await api.get(`messages/${message}`).catch(() => null));
    if (row?.thread && router.current.message === message) router.open({ thread: row.thread, message }, { replace: true });
  }

  #show(room, { message = null } = {}) {
    const known = room !== null && store.rooms.has(room);
    for (const each of [this.list, this.composer]) each.hidden = !known;
    part(this, "none").hidden = known;
    part(this, "first-room").hidden = !may("create_rooms");
    const changed = room !== this.#room;
    this.#room = known ? room : null;
    this.dataset.roomId = this.#room ?? "";
    this.#drawBars();
    if (!known) {
      this.querySelector("room-header").room = null;
      return;
    }
    if (changed) {
      this.dispatchEvent(new CustomEvent("room:shown", { bubbles: true, detail: { room } }));
      this.#remember(room);
      this.querySelector("room-header").room = room;
      this.composer.show(room);
      this.composer.name = nameOfRoom(store.rooms.get(room));
    }
    this.list.show(room, { message });
    this.#findInThread(message);
  }

  #drawBars() {
    const room = store.rooms.get(this.#room);
    const joined = room?.members?.includes(store.me.id);
    part(this, "archived").hidden = !room || !store.archived;
    const silent = whyNotPost(store.channels.get(room?.channel));
    part(this, "silent").hidden = !silent || !part(this, "archived").hidden;
    part(this, "silent").textContent = silent;
    part(this, "join").hidden = !room || joined || !may("chat") || Boolean(silent);
    this.composer.hidden = !room || !may("chat") || Boolean(silent);
  }

  #send({ room, thread, body, attachments, confirmed }) {
    outbox.add(room, body, attachments, { thread, confirmed });
    (thread === null ? this : this.#thread)?.list.toNewest();
  }

  /** What one has just sent can be edited when it has arrived. */
  #editLast(place) {
    const onItsWay = () => outbox.at(this.#room, place.thread ?? null).some(({ state }) => state === "sending");
    if (onItsWay()) {
      const stop = outbox.on(() => {
        if (onItsWay()) return;
        stop();
        requestAnimationFrame(() => !place.composer.text && this.#editLast(place));
      });
      return;
    }
    const message = place.list.lastOfMine;
    this.#editedFromComposer = message;
    message?.edit();
  }

  /** Focus goes back to where the edit began. */
  #edited(message) {
    if (message === this.#editedFromComposer) conversation(message).composer.focusField();
    else message.focus({ preventScroll: true });
    this.#editedFromComposer = null;
  }

  #discard(entry, composer) {
    if (!entry) return;
    outbox.discard(entry.client_id);
    composer.focusField();
    toast({ text: gettext("The message was discarded."), key: "discarded", undo: async () => composer.takeBack(entry.body, entry.attachments) });
  }

  #takeBack(entry, composer) {
    if (!entry) return;
    outbox.discard(entry.client_id);
    composer.takeBack(entry.body, entry.attachments);
  }

  #roomChanged({ action, id, previous, by }) {
    if (action === "reset") return;
    if (action === "deleted" && id === this.#room) return this.#gone(previous, by);
    if (this.#room === null) return this.#follow();
    if (id !== this.#room) return;
    this.composer.name = nameOfRoom(store.rooms.get(id));
    this.#drawBars();
  }

  /** The room was deleted, or closed to me, while it was open. What was written and not sent can still be copied. */
  #gone(room, by) {
    const unsent = [...outbox.abandon(room.id), this.composer.text].filter((text) => text.trim()).join("\n\n");
    const name = by && by !== store.me.id ? store.person(by).name : null;
    const text = name
      ? interpolate(gettext("%(name)s closed or deleted the room %(room)s."), { name, room: room.name })
      : interpolate(gettext("The room %(room)s is no longer here."), { room: room.name });
    if (by !== store.me.id || unsent) {
      toast({ text, key: "room-gone", ...(unsent && { action: { label: gettext("Copy what you wrote"), act: () => copyAndSay(unsent) } }) });
    }
    this.#room = null;
    const next = this.#wantedAfter(room);
    if (router.current.room === room.id) router.open({ room: next }, { replace: true });
    this.#show(next);
  }

  #wantedAfter(room) {
    const others = store.rooms.where((other) => other.id !== room.id);
    const near = others.filter((other) => other.channel === room.channel);
    const mine = (each) => each.members?.includes(store.me.id);
    return (near.find(mine) ?? others.find(mine) ?? others[0])?.id ?? null;
  }

  #firstRoom() {
    const name = store.channels.size ? "room:create" : "channel:create";
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: {} }));
  }

  #title() {
    const unread = store.rooms.all().reduce((sum, room) => sum + store.readings.get(room.id).unread, 0);
    const plain = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = unread ? `(${unread > 99 ? "99+" : unread}) ${plain}` : plain;
  }

  get #key() {
    return `${KEPT}:${store.me.id}:${store.project.id}`;
  }

  #remembered() {
    try {
      return localStorage.getItem(this.#key);
    } catch {
      return null;
    }
  }

  #remember(room) {
    try {
      localStorage.setItem(this.#key, room);
    } catch {
      // the first room, next time
    }
  }
}

customElements.define("chat-room", ChatRoom);
