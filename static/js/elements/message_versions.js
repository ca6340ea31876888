/* <message-versions>: what an edited message said before, by the word "edited". */

import { api } from "../helpers/api.js";
import { element, part, setRendered } from "../helpers/dom.js";
import { clock, dayName, fullMoment } from "../helpers/format.js";
import { close, openBeside, ownerOf, settle } from "../helpers/popover.js";
import { nameReferences } from "../helpers/references.js";
import { gettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";

export class MessageVersions extends HTMLElement {
  #message = null;
  #stop = [];

  connectedCallback() {
    document.addEventListener("message:versions", this);
    this.#stop = [store.on("message", ({ action, id }) => action === "deleted" && id === this.#message && close(this))];
  }

  disconnectedCallback() {
    document.removeEventListener("message:versions", this);
    for (const stop of this.#stop) stop();
  }

  handleEvent({ detail: { message, at } }) {
    this.show(message, at);
  }

  async show(message, anchor) {
    this.#message = message;
    part(this, "list").replaceChildren();
    part(this, "words").textContent = gettext("Loading …");
    openBeside(this, anchor, { align: "start" });
    this.focus({ preventScroll: true });
    try {
      const { items } = await api.get(`messages/${message}/history`);
      if (this.#message !== message || ownerOf(this) !== anchor) return;
      part(this, "words").textContent = "";
      part(this, "list").replaceChildren(...items.toReversed().map((version) => this.#row(version)));
    } catch (error) {
      part(this, "words").textContent = error.words ?? error.message;
    }
    settle(this);
  }

  #row({ html, at }) {
    const body = element("div", { className: "prose", dir: "auto" });
    setRendered(body, html);
    nameReferences(body);
    const time = element("time", { className: "meta", dateTime: at, title: fullMoment(at), textContent: `${dayName(at)} ${clock(at)}` });
    return element("li", {}, time, body);
  }
}

customElements.define("message-versions", MessageVersions);
