/* <invisible-switch>: around a button, on which one turns invisible to the others and visible again. */

import { api } from "../helpers/api.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

export class InvisibleSwitch extends HTMLElement {
  #stop = () => {};

  connectedCallback() {
    this.addEventListener("click", () => this.#turn());
    this.#stop = store.on("me", () => this.#draw());
    this.#draw();
  }

  disconnectedCallback() {
    this.#stop();
  }

  async #turn() {
    try {
      const { invisible } = await api.patch("me", { invisible: !store.me.invisible });
      store.hear({ type: "me", invisible });
    } catch (error) {
      toast({ text: error.words ?? error.message, kind: "danger", key: "invisible" });
    }
  }

  #draw() {
    this.querySelector("button").setAttribute("aria-checked", String(Boolean(store.me.invisible)));
  }
}

customElements.define("invisible-switch", InvisibleSwitch);
