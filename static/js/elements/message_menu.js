/* What one can do with a message: a menu by "…", Enter, Shift+F10 or a long press. */

import { addressOf, router } from "../helpers/router.js";
import { gettext } from "../helpers/words.js";
import { openMenu } from "./action_menu.js";
import { copyAndSay } from "./chat_message.js";

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
  const { id, body, room, edited_at: edited } = message.row;
  const address = location.origin + addressOf({ project: router.current.project, room, message: id });
  return [
    message.mayEdit && { label: gettext("Edit"), icon: "pencil", act: () => message.edit() },
    { label: gettext("Copy text"), icon: "copy", act: () => copyAndSay(body) },
    { label: gettext("Copy link"), icon: "link-45deg", act: () => copyAndSay(address, gettext("Link copied.")) },
    edited && { label: gettext("Earlier versions"), icon: "clock-history", act: () => message.querySelector('[data-part="edited"]').click() },
    message.mayDelete && { label: gettext("Delete …"), icon: "trash", danger: true, act: () => message.confirmDelete() },
  ].filter(Boolean);
}
