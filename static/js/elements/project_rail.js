/* <project-rail>: my projects (drawn by the server), this one's rooms (rail_rooms.js) and people, and oneself at the foot. */

import { element, oncePerFrame, part } from "../helpers/dom.js";
import { store } from "../models/project_store.js";
import "./rail_rooms.js";
import { avatarOf, standing } from "./user_avatar.js";

export class ProjectRail extends HTMLElement {
  #stop = [];

  connectedCallback() {
    const draw = oncePerFrame(() => this.#drawMe());
    this.#stop = ["me", "presence", "member"].map((noun) => store.on(noun, draw));
    this.#drawMe();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  #drawMe() {
    const button = part(this, "me");
    const word = standing(store.me.id);
    const words = element(
      "span",
      { className: "rail-me-words" },
      element("span", { className: "rail-label", textContent: store.me.name, dir: "auto" }),
      element("span", { className: "meta", textContent: word }),
    );
    if (!button.querySelector("user-avatar")) button.append(avatarOf(store.me.id, { size: 24, presence: true }));
    button.querySelector(".rail-me-words")?.remove();
    button.append(words);
    button.title = store.me.name;
    const card = document.querySelector('[data-part="me-card"]');
    card.replaceChildren(
      avatarOf(store.me.id, { size: 48, presence: true }),
      element(
        "div",
        {},
        element("strong", { textContent: store.me.name, dir: "auto" }),
        element("p", { className: "meta", textContent: `@${store.me.handle} · ${word}` }),
      ),
    );
  }
}

customElements.define("project-rail", ProjectRail);
