/* <room-dialog>: make, rename and delete rooms, and delete channels. Hears "room:create", "room:rename", "room:delete"
   and "channel:delete" from anywhere on the page. */

import { api } from "../helpers/api.js";
import { allows, byPlace } from "../helpers/channels.js";
import { onSend, tell } from "../helpers/dialog_form.js";
import { part } from "../helpers/dom.js";
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
    "channel:delete": ({ channel }) => this.#askDelete({ noun: "channels", row: store.channels.get(channel), words: gettext("Delete the channel %(name)s with all its rooms?") }),
  };

  connectedCallback() {
    for (const name of Object.keys(this.#asks)) document.addEventListener(name, this);
    this.addEventListener("click", (event) => event.target.closest('[data-act="close"]')?.closest("dialog").close());
    onSend(part(this, "room-form"), () => this.#saveRoom());
    onSend(part(this, "delete-form"), () => this.#delete());
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
    tell(dialog, {});
    dialog.showModal();
    return dialog;
  }

  #words(verb, ...names) {
    for (const name of names) part(this, name).textContent = part(this, name).dataset[verb];
  }

  #askRoom({ verb, room = null, channel = null }) {
    this.#words(verb, "room-title", "room-submit");
    const form = part(this, "room-form");
    const channels = store.channels.where((each) => allows(each, "create_rooms")).sort(byPlace);
    form.elements.channel.replaceChildren(...channels.map(({ id, name }) => new Option(name, id, false, id === channel)));
    part(this, "room-channel").hidden = verb !== "create" || channels.length < 2;
    form.elements.name.value = room?.name ?? "";
    this.#open("room", { room });
    form.elements.name.select();
  }

  async #saveRoom() {
    const { name, channel } = part(this, "room-form").elements;
    const { room } = this.#about;
    if (room) {
      store.rooms.put(await api.patch(`rooms/${room.id}`, { name: name.value }));
      return;
    }
    const made = await api.post(`channels/${channel.value}/rooms`, { name: name.value });
    store.rooms.put(made);
    router.open({ room: made.id });
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
}

customElements.define("room-dialog", RoomDialog);
