/* <user-avatar user="7" size="24" presence>: initials on the person's hue, and with `presence` a dot whose shape and
   hidden word tell whether they are here. Follows the store. `named`: says the name to screen readers too. */

import { element } from "../helpers/dom.js";
import { gettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";

const shown = new Map(); // user id -> avatars on the page: one subscription for all of them

function redraw(user) {
  for (const avatar of shown.get(user) ?? []) avatar.draw();
}

const redrawAll = () => [...shown.keys()].forEach(redraw);

store.on("presence", ({ action, user }) => (action === "reset" ? redrawAll() : redraw(user)));
store.on("me", ({ id }) => redraw(id));
store.on("member", ({ action, id }) => (action === "reset" ? redrawAll() : redraw(id)));

export const statusWord = (status) =>
  ({ active: gettext("active"), idle: gettext("idle"), inactive: gettext("inactive") })[status] ?? gettext("offline");

/** How somebody stands, in a word; of oneself also why others see nothing. */
export const standing = (user) =>
  store.me?.invisible && Number(user) === store.me.id ? gettext("invisible") : statusWord(store.presence.get(user).status);

export class UserAvatar extends HTMLElement {
  static observedAttributes = ["user", "size", "presence", "named"];

  connectedCallback() {
    this.#listen(this.user);
    this.draw();
  }

  disconnectedCallback() {
    this.#forget(this.user);
  }

  attributeChangedCallback(name, previous, value) {
    if (!this.isConnected || previous === value) return;
    if (name === "user") {
      this.#forget(Number(previous));
      this.#listen(this.user);
    }
    this.draw();
  }

  get user() {
    return Number(this.getAttribute("user"));
  }

  draw() {
    const person = store.person(this.user);
    const { status } = store.presence.get(this.user);
    const word = standing(this.user);
    const face = element("span", { className: "avatar", textContent: person.avatar.initials });
    Object.assign(face.dataset, { hue: person.avatar.hue, size: this.getAttribute("size") ?? 24 });
    face.setAttribute("aria-hidden", "true");
    const parts = [face];
    const hidden = [];
    if (this.hasAttribute("named")) hidden.push(person.name);
    if (this.hasAttribute("presence")) {
      parts.push(
        element("span", { className: "presence-dot", dataset: { status }, attributes: { "aria-hidden": "true" } }),
      );
      hidden.push(word);
    }
    if (hidden.length) parts.push(element("span", { className: "visually-hidden", textContent: hidden.join(", ") }));
    this.dataset.status = status;
    this.title = this.hasAttribute("presence") ? `${person.name} · ${word}` : person.name;
    this.replaceChildren(...parts);
  }

  #listen(user) {
    if (!shown.has(user)) shown.set(user, new Set());
    shown.get(user).add(this);
  }

  #forget(user) {
    const avatars = shown.get(user);
    avatars?.delete(this);
    if (!avatars?.size) shown.delete(user);
  }
}

customElements.define("user-avatar", UserAvatar);

/** A new avatar element, for those who build rows. */
export function avatarOf(user, { size = 24, presence = false, named = false } = {}) {
  const avatar = document.createElement("user-avatar");
  avatar.setAttribute("user", user);
  avatar.setAttribute("size", size);
  avatar.toggleAttribute("presence", presence);
  avatar.toggleAttribute("named", named);
  return avatar;
}
