/* <direct-dialog>: whom to talk to. Hears "direct:create". */

import { api } from "../helpers/api.js";
import { byName } from "../helpers/channels.js";
import { onSend, tell } from "../helpers/dialog_form.js";
import { fromTemplate, part } from "../helpers/dom.js";
import { router } from "../helpers/router.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

/** Opens the conversation with these people, which is made where there is none. */
export async function talkTo(users) {
  const { channel, room } = await api.post(`projects/${store.project.id}/directs`, { users });
  store.channels.put(channel, { revive: true });
  store.rooms.put(room, { revive: true });
  router.open({ room: room.id, view: null });
}

/** The same, from a button: what goes wrong is said in a toast. */
export const talkToOne = (user) => talkTo([user]).catch((error) => toast({ text: error.words ?? error.message, kind: "danger" }));

export class DirectDialog extends HTMLElement {
  #chosen = new Set();

  connectedCallback() {
    document.addEventListener("direct:create", this);
    this.addEventListener("click", (event) => event.target.closest('[data-act="close"]') && this.querySelector("dialog").close());
    part(this, "filter").addEventListener("input", () => this.#draw());
    onSend(this.querySelector("form"), () => talkTo([...this.#chosen]));
  }

  disconnectedCallback() {
    document.removeEventListener("direct:create", this);
  }

  handleEvent() {
    this.#chosen = new Set();
    part(this, "filter").value = "";
    this.#draw();
    tell(this.querySelector("dialog"), {});
    this.querySelector("dialog").showModal();
    part(this, "filter").focus();
  }

  #draw() {
    const wanted = part(this, "filter").value.trim().toLocaleLowerCase();
    const fits = ({ id, name, handle }) => id !== store.me.id && `${name} @${handle}`.toLocaleLowerCase().includes(wanted);
    const people = store.members.where(fits).sort(byName);
    part(this, "nobody").hidden = people.length > 0;
    part(this, "list").replaceChildren(...people.map((person) => this.#person(person)));
  }

  #person(person) {
    const row = fromTemplate("channel-person");
    const tick = part(row, "tick");
    part(row, "avatar").setAttribute("user", person.id);
    part(row, "name").textContent = person.name;
    part(row, "note").textContent = `@${person.handle}`;
    tick.checked = this.#chosen.has(person.id);
    tick.addEventListener("change", () => (tick.checked ? this.#chosen.add(person.id) : this.#chosen.delete(person.id)));
    return row;
  }
}

customElements.define("direct-dialog", DirectDialog);
