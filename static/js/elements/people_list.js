/* <people-list size="24|32">: the project's people, those who are here first. <people-present>: the faces of those who
   are here, for a head line. */

import { arrange, element, oncePerFrame } from "../helpers/dom.js";
import { relativeTime } from "../helpers/format.js";
import { gettext, interpolate, language } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { avatarOf, standing } from "./user_avatar.js";

const ORDER = ["active", "idle", "inactive", "offline"];
const FACES = 5;

const roleWord = (role) => ({ owner: gettext("owner"), admin: gettext("admin"), guest: gettext("guest") })[role] ?? "";

const byPresence = (one, other) =>
  ORDER.indexOf(store.presence.get(one.id).status) - ORDER.indexOf(store.presence.get(other.id).status) ||
  one.name.localeCompare(other.name, language());

export class PeopleList extends HTMLElement {
  #stop = [];
  #rows = new Map();

  connectedCallback() {
    const draw = oncePerFrame(() => this.draw());
    this.#stop = ["member", "presence", "me"].map((noun) => store.on(noun, draw));
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  draw() {
    const list = this.querySelector("ul") ?? this.appendChild(element("ul", { className: "people-rows" }));
    const people = store.members.all().sort(byPresence);
    arrange(
      list,
      people.map((person) => this.#row(person)),
    );
    for (const id of [...this.#rows.keys()]) if (!store.members.has(id)) this.#rows.delete(id);
  }

  #row(person) {
    const row =
      this.#rows.get(person.id) ??
      element(
        "li",
        { className: "person" },
        avatarOf(person.id, { size: this.getAttribute("size") ?? 24, presence: true }),
        element("span", { className: "person-words" }),
      );
    this.#rows.set(person.id, row);
    const { status, last_seen } = store.presence.get(person.id);
    const mine = person.id === store.me.id;
    const seen =
      status === "offline" && last_seen && !mine
        ? interpolate(gettext("last seen %(when)s"), { when: relativeTime(last_seen) })
        : standing(person.id);
    const drawn = [person.name, person.handle, person.role, status, seen].join("\n");
    if (row.drawn === drawn) return row; // of two hundred people one comes or goes
    row.drawn = drawn;
    row.dataset.status = status;
    row.title = `${person.name} @${person.handle} · ${seen}`;
    row.lastElementChild.replaceChildren(
      element("span", { className: "person-name", textContent: person.name, dir: "auto" }),
      mine ? element("span", { className: "meta", textContent: gettext("you") }) : "",
      element("span", { className: "meta person-role", textContent: roleWord(person.role) }),
      element("span", { className: "meta person-status", textContent: seen }),
    );
    return row;
  }
}

customElements.define("people-list", PeopleList);

export class PeoplePresent extends HTMLElement {
  #stop = [];

  connectedCallback() {
    const draw = oncePerFrame(() => this.draw());
    this.#stop = ["member", "presence", "me"].map((noun) => store.on(noun, draw));
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  draw() {
    const here = store.members
      .where((person) => person.id !== store.me.id && store.presence.get(person.id).status !== "offline")
      .sort(byPresence);
    const faces = here
      .slice(0, FACES)
      .map(
        (person) =>
          this.querySelector(`user-avatar[user="${person.id}"]`) ??
          avatarOf(person.id, { presence: true, named: true }),
      );
    const more = here.length - faces.length;
    arrange(this, faces);
    if (more > 0) this.append(element("span", { className: "meta count", textContent: `+${more}` }));
  }
}

customElements.define("people-present", PeoplePresent);
