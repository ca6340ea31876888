/* <forward-dialog>: carries a message to another room, by the event "message:forward" {message}. */

import { api } from "../helpers/api.js";
import { allows, nameOfChannel, nameOfRoom } from "../helpers/channels.js";
import { element, part } from "../helpers/dom.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

export class ForwardDialog extends HTMLElement {
  #row = null;
  #stops = [];

  connectedCallback() {
    this.#stops = ["room", "channel"].map((noun) => store.on(noun, () => this.#dialog.open && this.#offer()));
    document.addEventListener("message:forward", this);
    this.addEventListener("click", ({ target }) => (target.closest("[data-act=close]") || target === this.#dialog) && this.#dialog.close());
    part(this, "form").addEventListener("submit", (event) => this.#send(event));
    this.#form.room.addEventListener("change", () => this.#warn());
  }

  disconnectedCallback() {
    document.removeEventListener("message:forward", this);
    this.#stops.forEach((stop) => stop());
  }

  get #dialog() {
    return part(this, "dialog");
  }

  get #form() {
    return part(this, "form").elements;
  }

  handleEvent({ detail: { message } }) {
    this.#row = message;
    this.#form.body.value = "";
    this.#form.room.replaceChildren();
    part(this, "trouble").hidden = true;
    part(this, "quote").textContent = message.body;
    this.#offer();
    this.#dialog.showModal();
    this.#form.room.focus();
  }

  /** The rooms that there are by now; what is chosen stays so. */
  #offer() {
    const { room } = this.#form;
    const chosen = room.value;
    room.replaceChildren(...this.#choices());
    if ([...room.options].some((option) => option.value === chosen)) room.value = chosen;
    if (!chosen && room.value) part(this, "trouble").hidden = true;
    if (!room.value) this.#say(gettext("There is no other room that you see."));
    this.#warn();
  }

  #choices() {
    return store.channels.where((channel) => allows(channel, "post")).map((channel) => {
      const rooms = store.rooms.where((room) => room.channel === channel.id && room.id !== this.#row.room);
      return rooms.length ? element("optgroup", { label: nameOfChannel(channel) }, ...rooms.map((room) => element("option", { value: room.id, textContent: nameOfRoom(room) }))) : null;
    }).filter(Boolean);
  }

  #say(words) {
    part(this, "trouble").hidden = false;
    part(this, "trouble").textContent = words;
  }

  /** Whether the words would leave a private channel. */
  get #leaves() {
    const from = store.channels.get(store.rooms.get(this.#row.room)?.channel);
    const to = store.rooms.get(Number(this.#form.room.value))?.channel;
    return Boolean(from?.private) && from.id !== to;
  }

  #warn() {
    part(this, "private").hidden = !this.#leaves;
    part(this, "submit").textContent = this.#leaves ? gettext("Forward anyway") : gettext("Forward");
    part(this, "submit").disabled = !this.#form.room.value;
  }

  async #send(event) {
    event.preventDefault();
    const room = Number(this.#form.room.value);
    const body = this.#form.body.value.trim();
    const row = this.#row;
    const still = () => row === this.#row && this.#dialog.open; // by then it may carry another message
    part(this, "submit").disabled = true;
    try {
      const copy = await api.post(`messages/${row.id}/forward`, { room, body, confirmed: this.#leaves });
      if (still()) this.#dialog.close();
      const text = interpolate(gettext("Forwarded to %(room)s."), { room: store.rooms.has(room) ? nameOfRoom(store.rooms.get(room)) : "" });
      toast({ text, key: "forwarded", action: { label: gettext("Open"), act: () => router.open({ room, message: copy.id }) } });
    } catch (error) {
      if (!still()) return toast({ text: error.words ?? error.message, kind: "danger" });
      this.#say(error.words ?? error.message);
      part(this, "submit").disabled = false;
    }
  }
}

customElements.define("forward-dialog", ForwardDialog);
