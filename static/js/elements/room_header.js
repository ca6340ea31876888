/* <room-header>: which room this is, who is in it, and what one can do with it. */

import { api } from "../helpers/api.js";
import { isDirect, nameOfRoom } from "../helpers/channels.js";
import { arrange, oncePerFrame, part } from "../helpers/dom.js";
import { may } from "../helpers/rights.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { Pins } from "../models/pins.js";
import { store } from "../models/project_store.js";
import { openMenu } from "./action_menu.js";
import { channelItems } from "./channel_menu.js";
import { copyAndSay } from "./chat_message.js";
import "./pinned_list.js";
import { joinRoom, leaveRoom, mayChangeRoom } from "./room_people.js";
import { avatarOf } from "./user_avatar.js";

const FACES = 3;
const RANKS = { active: 0, idle: 1, inactive: 2 };

export class RoomHeader extends HTMLElement {
  #room = null;
  #pins = new Pins(() => this.#drawPins());
  #stop = [];

  connectedCallback() {
    const draw = oncePerFrame(() => this.#draw());
    this.#stop = ["room", "channel", "presence", "member", "me", "project", "reading"].map((noun) => store.on(noun, draw));
    part(this, "people").addEventListener("click", ({ currentTarget }) => document.querySelector("room-people").show(this.#room, currentTarget));
    part(this, "menu-button").addEventListener("click", () => this.#openMenu());
    part(this, "threads").addEventListener("click", () => this.#openThreads());
    part(this, "pins").addEventListener("click", ({ currentTarget }) => document.querySelector("pinned-list").open(this.#pins.all, currentTarget));
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  set room(room) {
    this.#room = room;
    this.#pins.room = room;
    this.#draw();
  }

  #draw() {
    const room = store.rooms.get(this.#room);
    for (const name of ["people", "menu-button"]) part(this, name).hidden = !room;
    part(this, "about").hidden = !room;
    part(this, "name").textContent = room ? nameOfRoom(room) : gettext("Rooms");
    this.#drawThreads();
    if (room) this.#drawRoom(room);
  }

  #drawRoom(room) {
    const channel = store.channels.get(room.channel);
    part(this, "name").title = nameOfRoom(room);
    part(this, "lock").hidden = !channel?.private;
    part(this, "channel").textContent = isDirect(channel) ? gettext("Direct messages") : (channel?.name ?? "");
    part(this, "topic").textContent = channel?.topic ?? "";
    part(this, "dot").hidden = !channel?.topic;
    part(this, "about").title = [channel?.name, channel?.topic].filter(Boolean).join(" · ");
    const members = room.members ?? [];
    const here = (id) => RANKS[store.presence.get(id).status] ?? 3;
    const first = [...members].sort((one, other) => here(one) - here(other) || one - other).slice(0, FACES);
    const faces = part(this, "faces");
    const drawn = new Map([...faces.children].map((avatar) => [avatar.user, avatar]));
    arrange(faces, first.map((id) => drawn.get(id) ?? avatarOf(id, { size: 20, presence: true })));
    part(this, "people-count").textContent = members.length;
    part(this, "people-words").textContent = interpolate(ngettext("%(count)s person in this room", "%(count)s people in this room", members.length), { count: "" }).trim();
  }

  #drawPins() {
    const { all } = this.#pins ?? { all: [] };
    part(this, "pins").hidden = !all.length;
    part(this, "pins-count").textContent = all.length;
    document.querySelector("pinned-list")?.refresh(all);
  }

  /** Whatever is counted beside the room's name and does not stand in its conversation is reached from here. */
  #drawThreads() {
    const { threads } = store.readings.get(this.#room);
    const unread = threads.reduce((sum, thread) => sum + thread.unread, 0);
    part(this, "threads").hidden = !unread;
    part(this, "threads-count").textContent = unread > 99 ? "99+" : unread;
  }

  async #openThreads() {
    const button = part(this, "threads");
    const { threads } = store.readings.get(this.#room);
    const missing = threads.filter(({ thread }) => !store.messages.has(thread));
    await Promise.all(missing.map(({ thread }) => api.get(`messages/${thread}`).then((row) => store.messages.put(row), () => null)));
    const items = threads.map(({ thread, unread, first_unread: message }) => {
      const row = store.messages.get(thread);
      const said = row?.body || gettext("A deleted message");
      return {
        label: said.length > 48 ? `${said.slice(0, 48)}…` : said,
        note: interpolate(gettext("%(count)s new"), { count: unread }),
        act: () => router.open({ room: this.#room, thread, message }),
      };
    });
    if (items.length === 1) return items[0].act();
    button.setAttribute("aria-expanded", "true");
    openMenu({ at: button, label: gettext("Threads with something new"), returnTo: button, items, closed: () => button.setAttribute("aria-expanded", "false") });
  }

  #openMenu() {
    const button = part(this, "menu-button");
    button.setAttribute("aria-expanded", "true");
    openMenu({
      at: button,
      label: gettext("Actions of the room"),
      returnTo: button,
      items: this.#items(),
      closed: () => button.setAttribute("aria-expanded", "false"),
    });
  }

  #items() {
    const room = store.rooms.get(this.#room);
    const joined = room.members?.includes(store.me.id);
    const address = location.origin + addressOf({ project: router.current.project, room: room.id });
    const ask = (name, detail) => () => this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    const channel = store.channels.get(room.channel);
    const ofChannel = channel && !isDirect(channel) ? channelItems(channel, this) : [];
    return [
      !joined && may("chat") && { label: gettext("Join"), icon: "box-arrow-in-right", act: () => joinRoom(room.id) },
      { label: gettext("Copy link"), icon: "link-45deg", act: () => copyAndSay(address, gettext("Link copied.")) },
      mayChangeRoom(room) && { label: gettext("Rename the room …"), icon: "pencil", act: ask("room:rename", { room: room.id }) },
      joined && may("chat") && !isDirect(channel) && { label: gettext("Leave the room"), icon: "box-arrow-right", act: () => leaveRoom(room.id) },
      mayChangeRoom(room) && { label: gettext("Delete the room …"), icon: "trash", danger: true, act: ask("room:delete", { room: room.id }) },
      { line: true },
      ...ofChannel,
      may("manage_channels") && { label: gettext("New channel …"), icon: "collection", act: ask("channel:create", {}) },
    ].filter(Boolean).filter((item, place, all) => !item.line || (place && place < all.length - 1));
  }
}

customElements.define("room-header", RoomHeader);
