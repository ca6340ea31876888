/* <name-dialog>: asks for a name, and keeps what was written when the server refuses it. */

import { part } from "../helpers/dom.js";
import { toast } from "./toast_stack.js";

export class NameDialog extends HTMLElement {
  #asked = null;

  connectedCallback() {
    part(this, "cancel").addEventListener("click", () => this.#dialog.close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#dialog.addEventListener("close", () => this.#asked?.returnTo?.focus());
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #form() {
    return this.querySelector("form");
  }

  ask(asked) {
    this.#asked = asked;
    const { name, option } = this.#form.elements;
    part(this, "title").textContent = asked.title;
    part(this, "label").textContent = asked.label;
    part(this, "submit").textContent = asked.submit;
    part(this, "option").hidden = !asked.option;
    part(this, "option-label").textContent = asked.option ?? "";
    name.value = asked.value ?? "";
    option.checked = false;
    this.#tell("");
    part(this, "submit").disabled = false;
    this.#dialog.showModal();
    name.select();
  }

  async #send() {
    const { name, option } = this.#form.elements;
    const asked = this.#asked;
    const still = () => asked === this.#asked && this.#dialog.open; // by then it may ask for another name
    part(this, "submit").disabled = true;
    try {
      await asked.act(name.value, option.checked);
      if (still()) this.#dialog.close();
    } catch (error) {
      if (!still()) return toast({ text: error.words ?? error.message, kind: "danger" });
      this.#tell(error.words ?? error.message);
      part(this, "submit").disabled = false;
      name.focus();
    }
  }

  #tell(words) {
    part(this, "error").textContent = words;
    part(this, "error").hidden = !words;
    this.#form.elements.name.classList.toggle("is-invalid", Boolean(words));
  }
}

customElements.define("name-dialog", NameDialog);

/** asked: {title, label, submit, value?, option?: words of a tick, returnTo?, act: async (name, ticked)}. */
export const askName = (asked) => document.querySelector("name-dialog").ask(asked);
