/* <channel-people>: who is in a private channel, or which guests are in a public one, each with a tick; a change is made
   at once. Hears "channel:people" {channel}. */

import { api } from "../helpers/api.js";
import { allows, byName, mayManage } from "../helpers/channels.js";
import { tell } from "../helpers/dialog_form.js";
import { fromTemplate, part } from "../helpers/dom.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";

export class ChannelPeople extends HTMLElement {
  #channel = null;
  #inside = new Set();
  #stop = null;

  connectedCallback() {
    document.addEventListener("channel:people", this);
    this.addEventListener("click", (event) => event.target.closest('[data-act="close"]') && this.#dialog.close());
    part(this, "filter").addEventListener("input", () => this.#draw());
    part(this, "host").addEventListener("change", () => this.#handOver());
    // Whoever is put out of it sees it no longer, nor this.
    this.#stop = ["channel", "reset"].map((noun) => store.on(noun, () => this.#channel && !store.channels.has(this.#channel) && this.#dialog.close()));
  }

  disconnectedCallback() {
    document.removeEventListener("channel:people", this);
    for (const stop of this.#stop) stop();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  handleEvent({ detail }) {
    this.#channel = detail.channel;
    const { name, private: hidden } = store.channels.get(this.#channel);
    part(this, "title").textContent = interpolate(gettext("People of %(name)s"), { name });
    part(this, "private-words").hidden = !hidden;
    part(this, "public-words").hidden = hidden;
    part(this, "filter").value = "";
    part(this, "list").replaceChildren();
    tell(this.#dialog, {});
    this.#dialog.showModal();
    part(this, "filter").focus();
    this.#load();
  }

  async #load() {
    const channel = this.#channel;
    try {
      const { items } = await api.get(`channels/${channel}/members`);
      if (channel !== this.#channel) return;
      this.#inside = new Set(items.map(({ user }) => user));
      this.#draw();
    } catch (error) {
      tell(this.#dialog, error);
    }
  }

  #draw() {
    const channel = store.channels.get(this.#channel);
    if (!channel) return;
    const wanted = part(this, "filter").value.trim().toLocaleLowerCase();
    const fits = ({ name, handle }) => `${name} @${handle}`.toLocaleLowerCase().includes(wanted);
    const people = store.members.where((person) => (channel.private || person.role === "guest") && fits(person)).sort(byName);
    const last = (person) => Number(!this.#inside.has(person.id));
    people.sort((one, other) => last(one) - last(other));
    part(this, "nobody").hidden = people.length > 0;
    part(this, "list").replaceChildren(...people.map((person) => this.#person(person, channel)));
    this.#drawHost(channel);
  }

  #person(person, channel) {
    const row = fromTemplate("channel-person");
    const tick = part(row, "tick");
    part(row, "avatar").setAttribute("user", person.id);
    part(row, "name").textContent = person.name;
    part(row, "note").textContent = person.id === channel.host ? gettext("host") : person.role === "guest" ? gettext("guest") : "";
    tick.checked = this.#inside.has(person.id);
    tick.disabled = !allows(channel, "invite") && person.id !== store.me.id;
    tick.addEventListener("change", () => this.#change(person, tick));
    return row;
  }

  async #change(person, tick) {
    const path = `channels/${this.#channel}/members`;
    tick.disabled = true;
    tell(this.#dialog, {});
    try {
      if (tick.checked) await api.post(path, { user: person.id });
      else await api.delete(`${path}/${person.id}`);
      if (tick.checked) this.#inside.add(person.id);
      else this.#inside.delete(person.id);
    } catch (error) {
      tick.checked = !tick.checked;
      tell(this.#dialog, { detail: error.words ?? error.detail ?? error.message });
    }
    tick.disabled = false;
    if (!this.#dialog.contains(document.activeElement)) tick.focus(); // one may be elsewhere by now
    const channel = store.channels.get(this.#channel);
    if (channel) this.#drawHost(channel);
  }

  #drawHost(channel) {
    part(this, "host-part").hidden = !mayManage(channel) || !channel.private;
    const able = store.members.where((person) => this.#inside.has(person.id) && person.role !== "guest").sort(byName);
    part(this, "host").replaceChildren(...able.map(({ id, name }) => new Option(name, id, false, id === channel.host)));
    if (!able.some(({ id }) => id === channel.host)) part(this, "host").selectedIndex = -1;
  }

  async #handOver() {
    tell(this.#dialog, {});
    try {
      store.channels.put(await api.patch(`channels/${this.#channel}`, { host: Number(part(this, "host").value) }));
    } catch (error) {
      tell(this.#dialog, error);
    }
    this.#draw();
  }
}

customElements.define("channel-people", ChannelPeople);
