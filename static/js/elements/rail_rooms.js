/* <rail-rooms>: the tree of channels with their rooms, direct conversations and, folded, what is archived; with unread
   and mention marks. Of a thousand rooms those stand in the page that are in sight, or soon will be; the others keep their
   room. A channel's + sends a bubbling "room:create" {channel}. */

import { allows, byPlace, isDirect, mayManage, nameOfChannel, nameOfRoom, roomsByChannel } from "../helpers/channels.js";
import { arrange, fromTemplate, isWriting, oncePerFrame, part } from "../helpers/dom.js";
import { Folded } from "../helpers/folded.js";
import { may } from "../helpers/rights.js";
import { router } from "../helpers/router.js";
import { language } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { openMenu } from "./action_menu.js";
import { channelItems, labelOfMenu, moveChannel, placeChannel } from "./channel_menu.js";
import { LineDrag } from "./line_drag.js";
import { drawRoom, isMine, markRoom } from "./rail_room.js";

const MANY = 12; // channels from which on there is a field to find one by
const FEW = 100; // rooms that are all drawn, wherever they stand
const AHEAD = "100%"; // how far beyond its edges the rail is drawn, of its size

export class RailRooms extends HTMLElement {
  #stop = [];
  #sections = new Map(); // "channel 7", "direct", "archived" -> its section
  #rows = new Map(); // room id -> its row
  #shown = "";
  #everything = true; // heads too, not only those of channels that changed
  #sight;
  #folded;
  #drag = this.#makeDrag();
  #wide = matchMedia("(min-width: 1200px)");

  connectedCallback() {
    this.#folded = new Folded(store.project.id, ["archived"]);
    const draw = oncePerFrame(() => this.#draw());
    const drawAll = () => {
      this.#everything = true;
      draw();
    };
    const stale = new Set();
    const mark = oncePerFrame(() => this.#markAgain(stale));
    this.#stop = [
      ...["channel", "room"].map((noun) => store.on(noun, draw)),
      ...["me", "member", "project", "reset"].map((noun) => store.on(noun, drawAll)),
      // What is unread changes with every message: then only the rows concerned.
      store.on("reading", ({ action, id }) => (action === "reset" ? draw() : (stale.add(id), mark()))),
      router.on(draw),
    ];
    document.addEventListener("room:shown", draw); // by chat_room.js: also one that the address does not name
    this.#stop.push(() => document.removeEventListener("room:shown", draw));
    this.#wide.addEventListener("change", draw);
    this.#stop.push(() => this.#wide.removeEventListener("change", draw));
    document.addEventListener("keydown", this);
    this.addEventListener("keydown", (event) => this.#walk(event));
    this.addEventListener("click", (event) => this.#act(event));
    part(this, "find").addEventListener("input", () => {
      this.#draw();
      part(this, "rooms").scrollIntoView(); // what was found, not where one was
    });
    const margins = { rootMargin: AHEAD, scrollMargin: AHEAD };
    this.#sight = new IntersectionObserver((seen) => this.#look(seen), { root: this.closest(".rail"), ...margins });
    this.#draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    document.removeEventListener("keydown", this);
    this.#sight.disconnect();
  }

  /** Alt+Up and Alt+Down: the next room, the way they stand here. */
  handleEvent(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey || event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (isWriting(event.target) && !event.target.closest("#room")) return;
    event.preventDefault();
    const byChannel = roomsByChannel();
    const rooms = this.#ordered().flatMap((channel) => byChannel.get(channel.id) ?? []).filter(isMine);
    if (!rooms.length) return;
    const now = rooms.findIndex((room) => room.id === this.#openRoom());
    router.open({ room: rooms[(now + step + rooms.length) % rooms.length].id });
  }

  /** Arrows walk from item to item; left and right fold and unfold a channel; Alt+Shift moves it. */
  #walk(event) {
    const fold = event.target.closest(".rail-fold");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step && event.altKey && event.shiftKey && fold) return this.#move(event, fold, step);
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Escape" && event.target === part(this, "find")) return this.#findNothing(event);
    if (step) {
      const items = [...this.querySelectorAll(".rail-find > input, .rail-fold, .rail-item")].filter((item) => item.offsetParent);
      items[items.indexOf(event.target) + step]?.focus();
      event.preventDefault();
    }
    const way = { ArrowLeft: true, ArrowRight: false }[event.key];
    if (way === undefined || !fold) return;
    this.#fold(fold.closest("section").dataset.name, document.dir === "rtl" ? !way : way);
    event.preventDefault();
  }

  #move(event, fold, step) {
    const channel = store.channels.get(fold.closest("section").dataset.channel);
    event.preventDefault();
    event.stopPropagation();
    if (channel && mayManage(channel)) moveChannel(channel, step);
  }

  #act(event) {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const section = button.closest("section");
    const channel = store.channels.get(section?.dataset.channel);
    const tell = (name, detail = {}) => this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    const acts = {
      fold: () => this.#fold(section.dataset.name),
      add: () => tell("room:create", { channel: channel.id }),
      menu: () => this.#openMenu(button, store.channels.get(button.dataset.channel ?? channel?.id)),
      "new-channel": () => tell("channel:create"),
      "new-direct": () => tell("direct:create"),
    };
    acts[button.dataset.act]?.();
  }

  #fold(name, folded) {
    this.#folded.toggle(name, folded);
    this.#draw();
  }

  #openMenu(button, channel) {
    if (!channel) return;
    openMenu({ at: button, label: labelOfMenu(channel), returnTo: button, items: channelItems(channel, this) });
  }

  /** Channels as they stand, then direct conversations by name. */
  #ordered() {
    const open = store.channels.where((channel) => !channel.archived_at);
    const directs = open.filter(isDirect).map((channel) => ({ channel, name: nameOfChannel(channel) }));
    directs.sort((one, other) => one.name.localeCompare(other.name, language()));
    return [...open.filter((channel) => !isDirect(channel)).sort(byPlace), ...directs.map(({ channel }) => channel)];
  }

  #openRoom() {
    // The room's pane may show one that the address does not name: the one left last.
    return router.current.room ?? (Number(document.querySelector("#room [data-room-id]")?.dataset.roomId) || null);
  }

  #findNothing(event) {
    event.target.value = "";
    event.preventDefault();
    event.stopPropagation();
    this.#draw();
  }

  /** What the words in the field leave: channels of that name with all their rooms, else the rooms of that name. */
  #found(ordered, byChannel) {
    const words = part(this, "find").value.trim().toLocaleLowerCase();
    if (!words) return ordered;
    const has = (name) => name.toLocaleLowerCase().includes(words);
    return ordered.filter((channel) => {
      if (!isDirect(channel) && has(channel.name)) return true;
      const rooms = (byChannel.get(channel.id) ?? []).filter((room) => has(nameOfRoom(room)));
      byChannel.set(channel.id, rooms);
      return rooms.length > 0;
    });
  }

  #draw() {
    const byChannel = roomsByChannel();
    const all = this.#ordered();
    part(this, "search").hidden = all.length < MANY && !part(this, "find").value;
    const ordered = this.#found(all, byChannel);
    const channels = ordered.filter((channel) => !isDirect(channel));
    const directs = ordered.filter(isDirect);
    const archived = store.channels.where((channel) => channel.archived_at).sort(byPlace);
    const wanted = [
      ...channels.map((channel) => this.#channel(channel, byChannel.get(channel.id) ?? [])),
      may("manage_channels") ? this.#section("more", "rail-more") : null,
      this.#directs(directs.flatMap((channel) => byChannel.get(channel.id) ?? [])),
      archived.length ? this.#archived(archived, byChannel) : null,
    ].filter(Boolean);
    arrange(part(this, "rooms"), wanted);
    for (const [name, section] of this.#sections) if (!section.isConnected) this.#forget(name, section);
    for (const [id, row] of this.#rows) if (!row.isConnected) this.#rows.delete(id);
    this.#everything = false;
    this.#drag.redrawn();
    this.#follow();
  }

  /** A channel goes by its name with a mouse, by the handle with a finger, among those that one sees. */
  #makeDrag() {
    const managed = (section) => section && this.#wide.matches && mayManage(store.channels.get(section.dataset.channel));
    return new LineDrag(this, {
      name: "channel",
      handle: '[data-part="handle"]',
      pick: (target, { onHandle }) => {
        const section = (onHandle ? target : target.closest('[data-part="fold"]'))?.closest("section[data-channel]");
        return managed(section) ? section : null;
      },
      line: () => [...this.querySelectorAll("section[data-channel]")],
      idOf: (section) => Number(section.dataset.channel),
      scroller: () => this.closest(".rail-scroll") ?? this,
      drop: placeChannel,
    });
  }

  /** Brings the open room into sight, once it is shown: a phone's strip holds few of many. */
  #follow() {
    const room = this.#openRoom();
    const shown = `${this.closest("page-panes")?.dataset.view} ${room}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#rows.get(room)?.scrollIntoView({ inline: "center", block: "nearest" });
  }

  #section(name, template) {
    if (!this.#sections.has(name)) {
      this.#sections.set(name, fromTemplate(template));
      this.#sight.observe(this.#sections.get(name));
    }
    const section = this.#sections.get(name);
    section.dataset.name = name;
    return section;
  }

  #forget(name, section) {
    this.#sections.delete(name);
    this.#sight.unobserve(section);
  }

  /** Draws the rooms of what has come near, and no longer those of what is far. */
  #look(seen) {
    for (const { target, isIntersecting } of seen) {
      if (target.near === isIntersecting) continue;
      target.near = isIntersecting || target.contains(document.activeElement);
      if (target.rooms) this.#fill(target, target.rooms);
    }
  }

  /**
   * Fills a section's rooms: folded, only the open one and those with something unread stand there; far away, only the
   * open one, and the place of the others.
   */
  #fill(section, rooms) {
    section.rooms = rooms;
    const { name } = section.dataset;
    // Where the tree is a strip, or icons, only the archive can be unfolded.
    const folded = this.#folded.has(name) && (name === "archived" || this.#wide.matches);
    part(section, "fold").setAttribute("aria-expanded", String(!folded));
    const open = this.#openRoom();
    const stands = (room) => !folded || room.id === open || store.readings.get(room.id).unread > 0;
    const standing = rooms.filter(stands);
    const near = section.near || store.rooms.size <= FEW;
    const drawn = near ? standing : standing.filter((room) => room.id === open);
    part(section, "rooms").style.setProperty("--rows", near ? 0 : standing.length);
    arrange(part(section, "rooms"), drawn.map((room) => this.#room(room)));
  }

  #channel(channel, rooms) {
    const section = this.#section(`channel ${channel.id}`, "rail-channel");
    if (section.channel !== channel || this.#everything) this.#head(section, channel); // rows are replaced, never changed
    this.#fill(section, rooms);
    return section;
  }

  #head(section, channel) {
    section.channel = channel;
    section.dataset.channel = channel.id;
    part(section, "name").textContent = channel.name;
    section.title = channel.topic ?? "";
    part(section, "private").hidden = !channel.private;
    part(section, "add").hidden = !allows(channel, "create_rooms");
    part(section, "handle").hidden = !mayManage(channel);
    part(section, "menu").hidden = !channelItems(channel, this).length;
    part(section, "menu").setAttribute("aria-label", labelOfMenu(channel));
  }

  #directs(rooms) {
    const section = this.#section("direct", "rail-directs");
    part(section, "add").hidden = !may("chat");
    this.#fill(section, rooms);
    return section;
  }

  #archived(channels, byChannel) {
    const section = this.#section("archived", "rail-archived");
    part(section, "count").textContent = channels.length;
    this.#fill(section, channels.flatMap((channel) => byChannel.get(channel.id) ?? []));
    return section;
  }

  #room(room) {
    if (!this.#rows.has(room.id)) this.#rows.set(room.id, fromTemplate("rail-room"));
    const row = this.#rows.get(room.id);
    drawRoom(row, room, { open: room.id === this.#openRoom() });
    return row;
  }

  #markAgain(stale) {
    const rooms = [...stale].map((id) => store.rooms.get(id)).filter(Boolean);
    stale.clear();
    const again = new Set();
    for (const room of rooms) {
      const section = this.#sectionOf(room);
      const row = this.#rows.get(room.id);
      // In a folded part one comes to light with what is unread, and goes with it.
      const folded = section && part(section, "fold").getAttribute("aria-expanded") === "false";
      if (row?.isConnected && !folded) markRoom(row, room);
      else if (section) again.add(section);
    }
    for (const section of again) this.#fill(section, section.rooms);
  }

  #sectionOf(room) {
    const channel = store.channels.get(room.channel);
    return this.#sections.get(channel?.archived_at ? "archived" : isDirect(channel) ? "direct" : `channel ${room.channel}`);
  }
}

customElements.define("rail-rooms", RailRooms);
