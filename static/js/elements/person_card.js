/* <person-card>: who somebody is that a text names. */

import { part } from "../helpers/dom.js";
import { relativeTime } from "../helpers/format.js";
import { close, openBeside } from "../helpers/popover.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { talkToOne } from "./direct_dialog.js";
import { standing } from "./user_avatar.js";

export class PersonCard extends HTMLElement {
  #user = null;
  #stop = [];

  connectedCallback() {
    part(this, "talk").addEventListener("click", () => {
      close(this);
      talkToOne(this.#user);
    });
    this.#stop = ["presence", "member", "me"].map((noun) => store.on(noun, ({ id }) => id === this.#user && this.#draw()));
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  show(user, anchor) {
    this.#user = user;
    this.#draw();
    openBeside(this, anchor, { align: "start" });
    this.focus({ preventScroll: true });
  }

  #draw() {
    const person = store.person(this.#user);
    const { status, last_seen: seen } = store.presence.get(this.#user);
    part(this, "avatar").setAttribute("user", this.#user);
    part(this, "name").textContent = person.name;
    const role = { owner: gettext("owner"), admin: gettext("admin"), member: gettext("member"), guest: gettext("guest") }[person.role];
    part(this, "handle").textContent = [person.handle && `@${person.handle}`, role ?? gettext("no longer in this project")].filter(Boolean).join(" · ");
    part(this, "talk").hidden = person.id === store.me.id || !person.role || !may("chat");
    const gone = status === "offline" && seen && person.id !== store.me.id;
    part(this, "status").textContent = gone ? interpolate(gettext("offline, seen %(when)s"), { when: relativeTime(seen) }) : standing(this.#user);
  }
}

customElements.define("person-card", PersonCard);

export const showPerson = (user, anchor) => document.querySelector("person-card")?.show(user, anchor);
