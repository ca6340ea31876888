/* <room-people>: who is in a room, with their presence; join and leave. */

import { api } from "../helpers/api.js";
import { fromTemplate, oncePerFrame, part } from "../helpers/dom.js";
import { close, openBeside, ownerOf } from "../helpers/popover.js";
import { isDirect } from "../helpers/channels.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";
import { standing } from "./user_avatar.js";

const RANKS = { active: 0, idle: 1, inactive: 2 };

const sayError = (error) => toast({ text: error.words ?? error.message, kind: "danger" });

export const joinRoom = (room) => change(room, "join");
export const leaveRoom = (room) => change(room, "leave");

/** Only who made a room, or an admin, may rename or delete it. */
export function mayChangeRoom(room) {
  const channel = store.channels.get(room.channel);
  if (!channel || isDirect(channel) || channel.archived_at || !may("create_rooms")) return false;
  return [room.created_by, channel.host].includes(store.me.id) || may("manage_channels");
}

async function change(room, verb) {
  try {
    store.rooms.put(await api.post(`rooms/${room}/${verb}`));
  } catch (error) {
    sayError(error);
  }
}

export class RoomPeople extends HTMLElement {
  #room = null;
  #stop = [];

  connectedCallback() {
    const draw = oncePerFrame(() => ownerOf(this) && this.#draw());
    this.#stop = ["room", "presence", "member", "me"].map((noun) => store.on(noun, draw));
    this.addEventListener("click", (event) => this.#act(event));
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  show(room, anchor) {
    this.#room = room;
    this.#draw();
    openBeside(this, anchor);
    this.focus({ preventScroll: true });
  }

  #draw() {
    const room = store.rooms.get(this.#room);
    if (!room) return close(this);
    const members = room.members ?? [];
    const joined = members.includes(store.me.id);
    const rank = (id) => RANKS[store.presence.get(id).status] ?? 3;
    const people = members.map((id) => store.person(id)).sort((one, other) => rank(one.id) - rank(other.id) || one.name.localeCompare(other.name));
    part(this, "title").textContent = interpolate(ngettext("%(count)s person in this room", "%(count)s people in this room", people.length), { count: people.length });
    part(this, "nobody").hidden = people.length > 0;
    part(this, "list").replaceChildren(...people.map((person) => this.#row(person)));
    this.querySelector('[data-act="join"]').hidden = joined || !may("chat");
    this.querySelector('[data-act="leave"]').hidden = !joined || !may("chat") || isDirect(store.channels.get(room.channel));
  }

  #row(person) {
    const row = fromTemplate("room-person");
    part(row, "avatar").setAttribute("user", person.id);
    part(row, "name").textContent = person.id === store.me.id ? interpolate(gettext("%(name)s (you)"), person) : person.name;
    part(row, "status").textContent = standing(person.id);
    return row;
  }

  #act(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "join") joinRoom(this.#room);
    if (act === "leave") leaveRoom(this.#room);
    if (act) close(this);
  }
}

customElements.define("room-people", RoomPeople);
