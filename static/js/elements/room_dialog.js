/* <room-dialog>: make, rename and delete rooms and channels. Hears "room:create", "room:rename", "room:delete",
   "channel:create", "channel:change" and "channel:delete" from anywhere on the page. */

import { api } from "../helpers/api.js";
import { element, part } from "../helpers/dom.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

export class RoomDialog extends HTMLElement {
  #about = {};
  #asks = {
    "room:create": ({ channel = null }) => this.#askRoom({ verb: "create", channel }),
    "room:rename": ({ room }) => this.#askRoom({ verb: "rename", room: store.rooms.get(room) }),
    "room:delete": ({ room }) => this.#askDelete({ noun: "rooms", row: store.rooms.get(room), words: gettext("Delete the room %(name)s?") }),
    "channel:create": () => this.#askChannel({ verb: "create" }),
    "channel:change": ({ channel }) => this.#askChannel({ verb: "change", channel: store.channels.get(channel) }),
    "channel:delete": ({ channel }) => this.#askDelete({ noun: "channels", row: store.channels.get(channel), words: gettext("Delete the channel %(name)s with all its rooms?") }),
  };

  connectedCallback() {
    for (const name of Object.keys(this.#asks)) document.addEventListener(name, this);
    this.addEventListener("click", (event) => event.target.closest('[data-act="close"]')?.closest("dialog").close());
    const sends = { "room-form": () => this.#saveRoom(), "channel-form": () => this.#saveChannel(), "delete-form": () => this.#delete() };
    for (const [name, send] of Object.entries(sends)) {
      part(this, name).addEventListener("submit", (event) => {
        event.preventDefault();
        this.#send(event.currentTarget, send);
      });
    }
  }

  disconnectedCallback() {
    for (const name of Object.keys(this.#asks)) document.removeEventListener(name, this);
  }

  handleEvent({ type, detail }) {
    this.#asks[type](detail ?? {});
  }

  #open(name, about) {
    this.#about = about;
    const dialog = part(this, name);
    this.#tell(dialog, {});
    dialog.showModal();
    return dialog;
  }

  #words(verb, ...names) {
    for (const name of names) part(this, name).textContent = part(this, name).dataset[verb];
  }

  #askRoom({ verb, room = null, channel = null }) {
    this.#words(verb, "room-title", "room-submit");
    const form = part(this, "room-form");
    const channels = store.channels.all().sort((one, other) => (one.position < other.position ? -1 : 1));
    form.elements.channel.replaceChildren(...channels.map(({ id, name }) => new Option(name, id, false, id === channel)));
    part(this, "room-channel").hidden = verb !== "create" || channels.length < 2;
    form.elements.name.value = room?.name ?? "";
    this.#open("room", { room });
    form.elements.name.select();
  }

  async #saveRoom() {
    const { name, channel } = part(this, "room-form").elements;
    const { room } = this.#about;
    if (room) return void store.rooms.put(await api.patch(`rooms/${room.id}`, { name: name.value }));
    const made = await api.post(`channels/${channel.value}/rooms`, { name: name.value });
    store.rooms.put(made);
    router.open({ room: made.id });
  }

  #askChannel({ verb, channel = null }) {
    this.#words(verb, "channel-title", "channel-submit");
    const { name, topic, private: hidden } = part(this, "channel-form").elements;
    name.value = channel?.name ?? "";
    topic.value = channel?.topic ?? "";
    hidden.checked = false;
    part(this, "channel-private").hidden = verb !== "create";
    part(this, "channel-people").hidden = true;
    this.#open("channel", { channel });
    name.select();
    if (channel?.private) this.#showPeople(channel);
  }

  async #saveChannel() {
    const { name, topic, private: hidden } = part(this, "channel-form").elements;
    const { channel } = this.#about;
    const words = { name: name.value, topic: topic.value };
    if (channel) return void store.channels.put(await api.patch(`channels/${channel.id}`, words));
    const made = await api.post(`projects/${store.project.id}/channels`, { ...words, private: hidden.checked });
    store.channels.put(made);
    // Its first room comes with it; whichever arrives first, the answer or the event.
    const { items } = await api.get(`channels/${made.id}/rooms`);
    for (const room of items) store.rooms.put(room);
    if (items.length) router.open({ room: items[0].id });
  }

  /** The people of a private channel, each with a tick; a change is made at once. */
  async #showPeople(channel) {
    const list = part(this, "channel-people-list");
    list.replaceChildren();
    const inside = new Set();
    try {
      const { items } = await api.get(`channels/${channel.id}/members`);
      for (const { user } of items) inside.add(user);
    } catch (error) {
      return this.#tell(part(this, "channel"), error);
    }
    if (this.#about.channel !== channel) return;
    part(this, "channel-people").hidden = false;
    const people = store.members.all().sort((one, other) => one.name.localeCompare(other.name));
    list.append(...people.map((person) => this.#person(person, channel, inside.has(person.id))));
  }

  #person(person, channel, inside) {
    const tick = element("input", { type: "checkbox", className: "form-check-input", checked: inside });
    tick.addEventListener("change", async () => {
      tick.disabled = true;
      try {
        if (tick.checked) await api.post(`channels/${channel.id}/members`, { user: person.id });
        else await api.delete(`channels/${channel.id}/members/${person.id}`);
      } catch (error) {
        tick.checked = !tick.checked;
        this.#tell(part(this, "channel"), error);
      }
      tick.disabled = false;
      tick.focus();
    });
    return element("li", {}, element("label", { className: "form-check" }, tick, element("bdi", { className: "form-check-label", textContent: person.name })));
  }

  #askDelete({ noun, row, words }) {
    part(this, "delete-title").textContent = interpolate(words, { name: row.name });
    const dialog = this.#open("delete", { noun, row });
    dialog.querySelector('[data-act="close"]').focus();
  }

  async #delete() {
    const { noun, row } = this.#about;
    await api.delete(`${noun}/${row.id}`);
    const rooms = noun === "rooms" ? [row] : store.rooms.where((room) => room.channel === row.id);
    store[noun].delete(row.id, { by: store.me.id });
    for (const room of rooms) store.rooms.delete(room.id, { by: store.me.id });
    toast({ text: interpolate(gettext("%(name)s was deleted."), { name: row.name }), key: "deleted" });
  }

  async #send(form, send) {
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const dialog = form.closest("dialog");
    this.#tell(dialog, {});
    try {
      await send();
      dialog.close();
    } catch (error) {
      this.#tell(dialog, error);
    }
    form.removeAttribute("aria-busy");
  }

  /** Errors beside their fields; what belongs to none below them. */
  #tell(dialog, { errors = {}, detail = "" }) {
    const places = [...dialog.querySelectorAll("[data-error]")];
    const known = places.map(({ dataset }) => dataset.error);
    for (const place of places) {
      const name = place.dataset.error;
      const rest = Object.keys(errors).filter((key) => !known.includes(key)).flatMap((key) => errors[key]);
      const words = name ? (errors[name] ?? []) : rest.length ? rest : Object.keys(errors).length ? [] : [detail];
      place.textContent = words.join(" ");
      place.hidden = !place.textContent;
      dialog.querySelector(`[name="${name}"]`)?.classList.toggle("is-invalid", Boolean(name && words.length));
    }
    dialog.querySelector(".is-invalid")?.focus();
  }
}

customElements.define("room-dialog", RoomDialog);
