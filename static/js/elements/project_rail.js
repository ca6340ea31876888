/* <project-rail>: my projects (drawn by the server), this one's channels and rooms with unread marks, its people, and
   oneself at the foot. A channel's + sends a bubbling "room:create" {channel}. */

import { arrange, element, fromTemplate, isWriting, oncePerFrame, part } from "../helpers/dom.js";
import { may } from "../helpers/rights.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext, interpolate, language, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { avatarOf, standing } from "./user_avatar.js";

const byPlace = (one, other) =>
  one.position < other.position ? -1 : one.position > other.position ? 1 : one.id - other.id;

/** Rooms of a channel in the order of their names. */
const roomsOf = (channel) =>
  store.rooms
    .where((room) => room.channel === channel.id)
    .sort((one, other) => one.name.localeCompare(other.name, language(), { numeric: true }) || one.id - other.id);

/** What stands for a room on the folded rail: the first two letters of its name, as they stand for a project. */
const initialsOf = ({ name }) => (name.match(/[\p{L}\p{N}]/gu) ?? [...name]).slice(0, 2).join("").toLocaleUpperCase(language());

export class ProjectRail extends HTMLElement {
  #stop = [];
  #channels = new Map();
  #rooms = new Map();
  #shown = "";

  connectedCallback() {
    const draw = oncePerFrame(() => this.#drawRooms());
    const drawMe = oncePerFrame(() => this.#drawMe());
    this.#stop = [
      ...["channel", "room", "reading", "me", "project"].map((noun) => store.on(noun, draw)),
      ...["me", "presence", "member"].map((noun) => store.on(noun, drawMe)),
      router.on(draw),
    ];
    document.addEventListener("room:shown", draw); // by chat_room.js: also one that the address does not name
    this.#stop.push(() => document.removeEventListener("room:shown", draw));
    document.addEventListener("keydown", this);
    this.#drawRooms();
    this.#drawMe();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    document.removeEventListener("keydown", this);
  }

  /** Alt+Up and Alt+Down: the next room, the way they stand here. */
  handleEvent(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey || event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (isWriting(event.target) && !event.target.closest("#room")) return;
    event.preventDefault();
    const rooms = this.#ordered()
      .flatMap(roomsOf)
      .filter((room) => room.members?.includes(store.me.id));
    if (!rooms.length) return;
    const now = rooms.findIndex((room) => room.id === this.#openRoom());
    const next = rooms[(now + step + rooms.length) % rooms.length];
    router.open({ room: next.id });
  }

  #ordered() {
    return store.channels.all().sort(byPlace);
  }

  #openRoom() {
    // The room's pane may show one that the address does not name: the one left last.
    return router.current.room ?? (Number(document.querySelector("#room [data-room-id]")?.dataset.roomId) || null);
  }

  #drawRooms() {
    const channels = this.#ordered();
    arrange(
      part(this, "rooms"),
      channels.map((channel) => this.#channel(channel)),
    );
    for (const id of [...this.#channels.keys()]) if (!store.channels.has(id)) this.#channels.delete(id);
    for (const id of [...this.#rooms.keys()]) if (!store.rooms.has(id)) this.#rooms.delete(id);
    this.#follow();
  }

  /** Brings the open room into sight, once it is shown: a phone's strip holds few of many. */
  #follow() {
    const room = this.#openRoom();
    const shown = `${this.closest("page-panes")?.dataset.view} ${room}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#rooms.get(room)?.scrollIntoView({ inline: "center", block: "nearest" });
  }

  #channel(channel) {
    const section = this.#channels.get(channel.id) ?? fromTemplate("rail-channel");
    if (!this.#channels.has(channel.id)) {
      this.#channels.set(channel.id, section);
      part(section, "add").addEventListener("click", () =>
        this.dispatchEvent(new CustomEvent("room:create", { bubbles: true, detail: { channel: channel.id } })),
      );
    }
    part(section, "name").textContent = channel.name;
    section.title = channel.topic ?? "";
    part(section, "private").hidden = !channel.private;
    part(section, "add").hidden = !may("create_rooms");
    arrange(
      part(section, "rooms"),
      roomsOf(channel).map((room) => this.#room(room)),
    );
    return section;
  }

  #room(room) {
    const row = this.#rooms.get(room.id) ?? fromTemplate("rail-room");
    this.#rooms.set(room.id, row);
    const { unread } = store.readings.get(room.id);
    const link = part(row, "link");
    const joined = room.members?.includes(store.me.id);
    link.href = addressOf({ ...router.current, room: room.id, message: null, view: null });
    link.title = room.name;
    link.toggleAttribute("data-unread", unread > 0);
    link.toggleAttribute("data-not-joined", !joined);
    if (room.id === this.#openRoom()) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    part(row, "name").textContent = room.name;
    part(row, "initials").textContent = initialsOf(room);
    const badge = part(row, "unread");
    badge.hidden = !unread;
    badge.textContent = unread > 99 ? "99+" : unread;
    badge.setAttribute("aria-hidden", "true");
    part(row, "unread-words").textContent = unread
      ? interpolate(ngettext("%(count)s unread", "%(count)s unread", unread), { count: unread })
      : joined
        ? ""
        : gettext("not joined");
    return row;
  }

  #drawMe() {
    const button = part(this, "me");
    const word = standing(store.me.id);
    const words = element(
      "span",
      { className: "rail-me-words" },
      element("span", { className: "rail-label", textContent: store.me.name, dir: "auto" }),
      element("span", { className: "meta", textContent: word }),
    );
    if (!button.querySelector("user-avatar")) button.append(avatarOf(store.me.id, { size: 24, presence: true }));
    button.querySelector(".rail-me-words")?.remove();
    button.append(words);
    button.title = store.me.name;
    const card = document.querySelector('[data-part="me-card"]');
    card.replaceChildren(
      avatarOf(store.me.id, { size: 48, presence: true }),
      element(
        "div",
        {},
        element("strong", { textContent: store.me.name, dir: "auto" }),
        element("p", { className: "meta", textContent: `@${store.me.handle} · ${word}` }),
      ),
    );
  }
}

customElements.define("project-rail", ProjectRail);
