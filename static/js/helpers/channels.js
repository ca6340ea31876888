/* What channels are called, in which order they stand, and what one may do in them. The server decides; this hides what
   it would refuse. */

import { store } from "../models/project_store.js";
import { may } from "./rights.js";
import { gettext, language } from "./words.js";

const LEVELS = ["everyone", "members", "admins"];

export const byPlace = (one, other) => (one.position < other.position ? -1 : one.position > other.position ? 1 : one.id - other.id);

let collator;

/** By name, the way people of this language sort: "Room 2" before "Room 10". */
export function byName(one, other) {
  collator ??= new Intl.Collator(language(), { numeric: true });
  return collator.compare(one.name, other.name) || one.id - other.id;
}

/** Channel id -> its rooms in the order of their names, in one walk over all rooms. */
export function roomsByChannel() {
  const found = new Map();
  for (const room of store.rooms.all()) {
    if (!found.has(room.channel)) found.set(room.channel, []);
    found.get(room.channel).push(room);
  }
  for (const rooms of found.values()) rooms.sort(byName);
  return found;
}

export const isDirect = (channel) => channel?.kind === "direct";

/** The people of a direct conversation without oneself, as ids. */
export const othersOf = (channel) => channel.people.filter((id) => id !== store.me.id);

export function nameOfChannel(channel) {
  if (!isDirect(channel)) return channel?.name ?? "";
  return othersOf(channel).map((id) => store.person(id).name).join(", ");
}

/** A direct conversation's one room bears the names of the others. */
export function nameOfRoom(room) {
  const channel = store.channels.get(room.channel);
  return isDirect(channel) ? nameOfChannel(channel) : room.name;
}

function levelOf(channel) {
  if (channel.host === store.me.id || ["owner", "admin"].includes(store.me.role)) return "admins";
  return store.me.role === "member" ? "members" : "everyone";
}

const reaches = (channel, level) => LEVELS.indexOf(levelOf(channel)) >= LEVELS.indexOf(level ?? "everyone");

/** May I "post", "create_rooms", "invite" or "pin" there? */
export function allows(channel, what) {
  if (!channel || channel.archived_at || !may(what === "create_rooms" ? "create_rooms" : "chat")) return false;
  if (isDirect(channel) && (what === "create_rooms" || what === "invite")) return false;
  return reaches(channel, channel[`may_${what}`]);
}

/** May I change its settings? Its host may, whatever their role. */
export const mayManage = (channel) =>
  Boolean(channel) && !isDirect(channel) && (may("manage_channels") || (channel.host === store.me.id && may("chat")));

/** Whether somebody can be added to it, and taken out: a public one has only guests to choose. */
export const hasPeople = (channel) => !isDirect(channel) && (channel.private || !channel.guests);

/** Why I can't post there, in words; "" where I can. */
export function whyNotPost(channel) {
  if (!channel || store.archived) return "";
  if (channel.archived_at) return gettext("This channel is archived. It can be read.");
  if (reaches(channel, channel.may_post)) return "";
  return channel.may_post === "admins" ? gettext("Only admins post here.") : gettext("Guests only read here.");
}
