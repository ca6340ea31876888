/* <mention-picker>: people to choose from while one writes "@…" in a field: arrows, Enter or Tab, Escape. */

import { arrange, fromTemplate, icon, part } from "../helpers/dom.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { insert } from "../helpers/writing.js";
import { groupsFor, mentionAt, peopleFor } from "../models/mentions.js";
import { store } from "../models/project_store.js";
import { announce } from "./live_announcer.js";

let count = 0;

export class MentionPicker extends HTMLElement {
  #field;
  #inRoom;
  #groups = false;
  #people = [];
  #at = 0;
  #from = 0;
  #refused = null; // place of an "@" that Escape has closed

  /** Serves a textarea; inRoom() -> ids of the people of the room; `groups`: also "@channel" and "@here". */
  serve(field, inRoom, { groups = false } = {}) {
    this.#groups = groups;
    Object.assign(this, { id: this.id || `mentions-${(count += 1)}` });
    this.#field = field;
    this.#inRoom = inRoom;
    field.setAttribute("aria-controls", this.id);
    field.addEventListener("input", () => this.#look());
    field.addEventListener("click", () => this.#look());
    field.addEventListener("blur", () => this.close());
    // Before the field's own keys: Enter chooses here, and sends there.
    field.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    this.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.addEventListener("click", (event) => this.#choose([...this.children].indexOf(event.target.closest("[role=option]"))));
  }

  get isOpen() {
    return !this.hidden;
  }

  close() {
    this.hidden = true;
    this.classList.remove("show");
    this.#field.removeAttribute("aria-activedescendant");
  }

  #look() {
    const { value, selectionStart: caret, selectionEnd: end } = this.#field;
    const mention = caret === end ? mentionAt(value, caret) : null;
    if (mention?.from !== this.#refused) this.#refused = null;
    if (!mention || this.#refused !== null) return this.close();
    this.#from = mention.from;
    const groups = this.#groups ? groupsFor(mention.query).map((handle) => ({ group: true, handle })) : [];
    this.#people = peopleFor(mention.query, {
      members: store.members.all(),
      inRoom: this.#inRoom(),
      statusOf: (id) => store.presence.get(id).status,
      me: store.me.id,
    }).concat(groups);
    if (!this.#people.length) return this.close();
    if (this.hidden) this.#announce();
    this.#draw();
  }

  #announce() {
    const { length } = this.#people;
    announce(interpolate(ngettext("%(count)s person to choose from", "%(count)s people to choose from", length), { count: length }));
  }

  #draw() {
    this.#at = 0;
    arrange(this, this.#people.map((person, place) => this.#option(person, place)));
    this.hidden = false;
    this.classList.add("show");
    this.#mark();
  }

  #option(person, place) {
    const option = fromTemplate("mention-option");
    option.id = `${this.id}-${place}`;
    if (person.group) {
      part(option, "avatar").replaceWith(icon(person.handle === "here" ? "broadcast" : "people"));
      part(option, "name").textContent = `@${person.handle}`;
      part(option, "handle").textContent = person.handle === "here" ? gettext("who is here now") : gettext("everyone in this room");
      return option;
    }
    part(option, "avatar").setAttribute("user", person.id);
    part(option, "name").textContent = person.name;
    const here = this.#inRoom().includes(person.id);
    part(option, "handle").textContent = here ? `@${person.handle}` : `@${person.handle} · ${gettext("not in this room")}`;
    return option;
  }

  #mark() {
    [...this.children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === this.#at));
      option.classList.toggle("active", place === this.#at);
    });
    const option = this.children[this.#at];
    this.#field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (!this.isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { length } = this.#people;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#at = (this.#at + step + length) % length;
      this.#mark();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      this.#choose(this.#at);
    } else if (event.key === "Escape") {
      this.#refused = this.#from;
      this.close();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #choose(place) {
    const person = this.#people[place];
    if (!person) return;
    this.#field.setSelectionRange(this.#from, this.#field.selectionStart);
    this.close();
    insert(this.#field, `@${person.handle} `);
  }
}

customElements.define("mention-picker", MentionPicker);
