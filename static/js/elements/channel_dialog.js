/* <channel-dialog>: make a channel, and change how it is. Hears "channel:create" and "channel:change" {channel}. */

import { api } from "../helpers/api.js";
import { onSend, tell } from "../helpers/dialog_form.js";
import { part } from "../helpers/dom.js";
import { router } from "../helpers/router.js";
import { store } from "../models/project_store.js";

const TEXTS = ["name", "topic"];
const TICKS = ["private", "guests"];
const CHOICES = ["may_post", "may_create_rooms", "may_invite", "may_pin", "history"];
const NEW = { name: "", topic: "", private: false, guests: false, may_post: "everyone", may_create_rooms: "everyone", may_invite: "admins", may_pin: "everyone", history: "start" };

export class ChannelDialog extends HTMLElement {
  #channel = null;

  connectedCallback() {
    for (const name of ["channel:create", "channel:change"]) document.addEventListener(name, this);
    this.addEventListener("click", (event) => event.target.closest('[data-act="close"]') && this.#dialog.close());
    this.#form.elements.private.addEventListener("change", () => this.#fit());
    onSend(this.#form, () => this.#save());
  }

  disconnectedCallback() {
    for (const name of ["channel:create", "channel:change"]) document.removeEventListener(name, this);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #form() {
    return this.querySelector("form");
  }

  handleEvent({ type, detail }) {
    this.#channel = type === "channel:change" ? store.channels.get(detail.channel) : null;
    this.#fill(this.#channel ?? NEW);
    tell(this.#dialog, {});
    this.#dialog.showModal();
    this.#form.elements.name.select();
  }

  #fill(values) {
    const fields = this.#form.elements;
    for (const name of [...TEXTS, ...CHOICES]) fields[name].value = values[name];
    for (const name of TICKS) fields[name].checked = values[name];
    // What was said in private stays private.
    fields.private.disabled = values.private;
    const verb = this.#channel ? "change" : "create";
    for (const name of ["title", "submit"]) part(this, name).textContent = part(this, name).dataset[verb];
    this.#form.querySelector("details").open = false;
    this.#fit();
  }

  /** Guests and what newcomers read are questions of one kind of channel each. */
  #fit() {
    const hidden = this.#form.elements.private.checked;
    part(this, "guests").hidden = hidden;
    part(this, "history").hidden = !hidden;
    part(this, "closing").hidden = !hidden || !this.#channel || this.#channel.private;
  }

  /** Only what is other than before: what somebody else changed meanwhile stays. */
  #values() {
    const fields = this.#form.elements;
    const now = Object.fromEntries([
      ...[...TEXTS, ...CHOICES].map((name) => [name, fields[name].value]),
      ...TICKS.map((name) => [name, fields[name].checked]),
    ]);
    if (!this.#channel) return now;
    return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== this.#channel[name]));
  }

  async #save() {
    const values = this.#values();
    if (this.#channel) {
      if (Object.keys(values).length) store.channels.put(await api.patch(`channels/${this.#channel.id}`, values));
      return;
    }
    const made = await api.post(`projects/${store.project.id}/channels`, values);
    store.channels.put(made);
    // Its first room comes with it; whichever arrives first, the answer or the event.
    const { items } = await api.get(`channels/${made.id}/rooms`);
    for (const room of items) store.rooms.put(room);
    if (items.length) router.open({ room: items[0].id });
  }
}

customElements.define("channel-dialog", ChannelDialog);
