/* One room in the tree of <rail-rooms>: its name, its sign, and what is unread in it. */

import { isDirect, nameOfRoom, othersOf } from "../helpers/channels.js";
import { part } from "../helpers/dom.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext, interpolate, language, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { labelOfMenu } from "./channel_menu.js";
import { avatarOf } from "./user_avatar.js";

/** What stands for a room on the folded rail: the first two letters of its name, as they stand for a project. */
const initialsOf = (name) => (name.match(/[\p{L}\p{N}]/gu) ?? [...name]).slice(0, 2).join("").toLocaleUpperCase(language());

export const isMine = (room) => room.members?.includes(store.me.id);

/** Fills the row of a room in the tree; `open`: it is the one that is shown beside. */
export function drawRoom(row, room, { open }) {
  const channel = store.channels.get(room.channel);
  const name = channel?.archived_at ? `${channel.name} · ${room.name}` : nameOfRoom(room);
  const link = part(row, "link");
  link.href = addressOf({ ...router.current, room: room.id, message: null, view: null });
  link.title = name;
  link.toggleAttribute("data-not-joined", !isMine(room));
  if (open) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  part(row, "name").textContent = name;
  // Most channels have a room "general": on the folded rail the channel's name says more.
  part(row, "initials").textContent = initialsOf(room.name === "general" && channel ? channel.name : name);
  drawGlyph(row, channel);
  part(row, "menu").hidden = !channel?.archived_at;
  part(row, "menu").dataset.channel = room.channel;
  if (channel) part(row, "menu").setAttribute("aria-label", labelOfMenu(channel));
  markRoom(row, room);
}

/** A face in place of the # where one talks to somebody; a megaphone where only admins post. */
function drawGlyph(row, channel) {
  const others = isDirect(channel) ? othersOf(channel) : [];
  const kind = others.length === 1 ? `person ${others[0]}` : others.length ? "people" : channel?.may_post === "admins" ? "news" : "room";
  if (row.dataset.kind === kind) return;
  row.dataset.kind = kind;
  const face = part(row, "face");
  face.replaceChildren(...(others.length === 1 ? [avatarOf(others[0], { size: 20, presence: true })] : []));
  for (const name of ["room", "news", "people"]) part(row, `glyph-${name}`).toggleAttribute("hidden", name !== kind);
}

/** What is unread in it. */
export function markRoom(row, room) {
  const { unread, mentions = 0 } = store.readings.get(room.id);
  part(row, "link").toggleAttribute("data-unread", unread > 0);
  const badge = part(row, "unread");
  badge.hidden = !unread;
  badge.textContent = unread > 99 ? "99+" : unread;
  badge.setAttribute("aria-hidden", "true");
  part(row, "mentions").hidden = !mentions;
  const words = [
    unread && interpolate(ngettext("%(count)s unread", "%(count)s unread", unread), { count: unread }),
    mentions && interpolate(ngettext("%(count)s mention of you", "%(count)s mentions of you", mentions), { count: mentions }),
    !unread && !isMine(room) && gettext("not joined"),
  ];
  part(row, "unread-words").textContent = words.filter(Boolean).join(", ");
}
