/* What one can do with a message: a menu by "…", Enter, Shift+F10 or a long press. */

import { api } from "../helpers/api.js";
import { may } from "../helpers/rights.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { openMenu } from "./action_menu.js";
import { copyAndSay } from "./chat_message.js";
import { openThread } from "./message_thread.js";
import { pickReaction } from "./reaction_picker.js";
import { toast } from "./toast_stack.js";

export function openMessageMenu(message, { at = null, back }) {
  if (!message.row) return;
  const more = message.querySelector('[data-part="more"]');
  message.dataset.menu = "";
  more.setAttribute("aria-expanded", "true");
  openMenu({
    at: at ?? more,
    label: gettext("Actions of the message"),
    returnTo: back,
    items: itemsOf(message),
    closed: () => {
      delete message.dataset.menu;
      more.setAttribute("aria-expanded", "false");
    },
  });
}

function itemsOf(message) {
  const { row } = message;
  const { id, body, room, edited_at: edited, thread, deleted_at: gone, pinned_at: pinned } = row;
  const address = location.origin + addressOf({ project: router.current.project, room, message: id });
  const joined = store.rooms.get(room)?.members?.includes(store.me.id);
  const [mayTalk, root] = [may("chat"), thread ?? id];
  const followed = store.isFollowed(root);
  const inPane = Boolean(message.closest("thread-pane"));
  return [
    mayTalk && !gone && { label: gettext("React …"), icon: "emoji-smile", keys: "+", act: () => pickReaction(message, message.querySelector('[data-part="more"]')) },
    !inPane && { label: mayTalk ? gettext("Reply in thread") : gettext("Open the thread"), icon: "chat-square-text", keys: "T", act: () => openThread(row) },
    message.mayEdit && { label: gettext("Edit"), icon: "pencil", keys: "E", act: () => message.edit() },
    { line: true },
    !gone && { label: gettext("Forward …"), icon: "forward", act: () => tell(message, "message:forward") },
    mayPin(room) && !gone && { label: pinned ? gettext("Unpin") : gettext("Pin to the room"), icon: pinned ? "pin-angle-fill" : "pin-angle", act: () => pin(row) },
    joined && { label: gettext("Mark as unread from here"), icon: "envelope", act: () => markUnread(row) },
    mayTalk && { label: followed ? gettext("Unfollow the thread") : gettext("Follow the thread"), icon: followed ? "bell-slash" : "bell", act: () => follow(root, !followed) },
    { line: true },
    !gone && { label: gettext("Copy text"), icon: "copy", act: () => copyAndSay(body) },
    { label: gettext("Copy link"), icon: "link-45deg", act: () => copyAndSay(address, gettext("Link copied.")) },
    edited && { label: gettext("Earlier versions"), icon: "clock-history", act: () => message.querySelector('[data-part="edited"]').click() },
    message.mayDelete && { label: gettext("Delete …"), icon: "trash", danger: true, act: () => message.confirmDelete() },
  ].filter(Boolean);
}

const tell = (message, name) => message.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { message: message.row } }));

const sayError = (error) => toast({ text: error.words ?? error.message, kind: "danger", key: "message-trouble" });

/** Whether I may pin in this room: its channel says who. The server decides. */
export function mayPin(room) {
  const { may_pin: level = "everyone", host } = store.channels.get(store.rooms.get(room)?.channel) ?? {};
  if (host === store.me.id) return may("chat");
  const roles = { everyone: ["guest", "member", "admin", "owner"], members: ["member", "admin", "owner"], admins: ["admin", "owner"] }[level];
  return may("chat") && Boolean(roles?.includes(store.me.role));
}

/** At once here; as it was when the server refuses. */
export async function pin(row) {
  const asked = performance.now();
  const change = row.pinned_at ? { pinned_at: null, pinned_by: null } : { pinned_at: new Date().toISOString(), pinned_by: store.me.id };
  const undo = store.messages.overlay(row.id, change);
  try {
    if (change.pinned_at) store.messages.put(await api.post(`messages/${row.id}/pin`));
    else {
      await api.delete(`messages/${row.id}/pin`);
      store.messages.put({ ...(store.messages.confirmed(row.id) ?? row), ...change }, { asked });
    }
  } catch (error) {
    sayError(error);
  } finally {
    undo();
  }
}

async function markUnread({ room, id, thread }) {
  try {
    const reading = await api.post(`rooms/${room}/unread`, { message: id });
    store.hear({ type: "read", ...reading, back: thread ?? 0 });
  } catch (error) {
    sayError(error);
  }
}

export async function follow(root, wanted) {
  try {
    if (wanted) await api.post(`messages/${root}/follow`);
    else await api.delete(`messages/${root}/follow`);
    toast({ text: wanted ? gettext("You follow this thread now.") : gettext("You no longer follow this thread."), key: "follow" });
  } catch (error) {
    sayError(error);
  }
}
