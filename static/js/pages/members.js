/* The list of members follows what happens: presence in place, anything else by reading the list again. To look at it
   is to be present, as on the project's own page. */

import "../models/page.js";

import "../elements/connection_pill.js";
import { standing } from "../elements/user_avatar.js";
import { element } from "../helpers/dom.js";
import { store } from "../models/project_store.js";

const list = document.getElementById("members");
let reading = false;
let again = false; // something happened while the list was being read

function drawPresence(user) {
  const place = list.querySelector(`[data-presence="${user}"]`);
  const { status } = store.presence.get(user);
  const dot = element("span", { className: "presence-dot", dataset: { status }, attributes: { "aria-hidden": "true" } });
  place?.replaceChildren(...(status === "offline" ? [] : [dot, " "]), standing(user));
}

async function readAgain() {
  again = true;
  if (reading) return;
  reading = true;
  while (again) {
    again = false;
    await read();
  }
  reading = false;
}

/** The list as the server draws it, put in place once no menu of it is open; the focus stays with its person. */
async function read() {
  const page = await fetch(location.pathname.replace("/invitations/", "/members/"))
    .then((answer) => (answer.ok ? answer.text() : ""))
    .catch(() => ""); // offline: the stream will say what happened once it is back
  const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("members");
  if (!fresh) return;
  while (list.querySelector(".dropdown-menu.show")) {
    await new Promise((closed) => list.addEventListener("hidden.bs.dropdown", closed, { once: true }));
  }
  const focused = document.activeElement.closest("#members > li")?.id;
  list.replaceChildren(...fresh.children);
  if (focused) document.getElementById(focused)?.querySelector("button")?.focus();
}

store.on("presence", ({ action, user }) => (action === "reset" ? readAgain() : drawPresence(user)));
store.on("me", ({ id }) => drawPresence(id));
store.on("member", () => readAgain());
