/* The list of members follows what happens: presence in place, anything else by reading the list again. To look at it
   is to be present, as on the project's own page. */

import "../models/page.js";

import "../elements/connection_pill.js";
import "../elements/permitted_items.js";
import { standing } from "../elements/user_avatar.js";
import { element } from "../helpers/dom.js";
import { freshPart } from "../helpers/fresh_part.js";
import { store } from "../models/project_store.js";

const list = document.getElementById("members");
let focused;

function drawPresence(user) {
  const place = list.querySelector(`[data-presence="${user}"]`);
  const { status } = store.presence.get(user);
  const dot = element("span", { className: "presence-dot", dataset: { status }, attributes: { "aria-hidden": "true" } });
  place?.replaceChildren(...(status === "offline" ? [] : [dot, " "]), standing(user));
}

/** Not while a menu of it is open; the focus stays with its person. */
async function closed() {
  while (list.querySelector(".dropdown-menu.show")) {
    await new Promise((closed) => list.addEventListener("hidden.bs.dropdown", closed, { once: true }));
  }
  focused = document.activeElement.closest("#members > li")?.id;
}

const readAgain = freshPart("members", {
  address: () => location.pathname.replace("/invitations/", "/members/"),
  ready: closed,
  placed: () => focused && document.getElementById(focused)?.querySelector("button")?.focus(),
});

// Who may invite is the owner's to say; what somebody has begun to fill in stays until they are done.
const inviting = freshPart("inviting", {
  address: () => location.pathname.replace("/invitations/", "/members/"),
  ready: async () => (document.querySelector("#inviting input:is([type=email], [type=number]):not(:placeholder-shown)") ? null : true),
});
let known = JSON.stringify(store.project.rights);

function followRights() {
  if (JSON.stringify(store.project.rights) === known) return;
  known = JSON.stringify(store.project.rights);
  inviting();
}

store.on("project", followRights);
store.on("presence", ({ action, user }) => (action === "reset" ? readAgain() : drawPresence(user)));
store.on("me", ({ id }) => drawPresence(id));
store.on("member", () => readAgain());
