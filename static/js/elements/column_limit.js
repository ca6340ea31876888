/* <column-limit>: how many tasks may stand in a column, and whether more are refused. */

import { api } from "../helpers/api.js";
import { part } from "../helpers/dom.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

export class ColumnLimit extends HTMLElement {
  #column;
  #back;

  connectedCallback() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    part(this, "cancel").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.#back?.isConnected && this.#back.focus());
    this.form.elements.limit.addEventListener("input", () => this.#tell(null));
  }

  get dialog() {
    return this.querySelector("dialog");
  }

  get form() {
    return this.querySelector("form");
  }

  open(column) {
    this.#column = column;
    this.#back = document.activeElement;
    part(this, "column").textContent = column.name;
    this.form.elements.limit.value = column.limit ?? "";
    this.form.elements.refuses.checked = column.limit_refuses;
    this.#tell(null);
    part(this, "submit").disabled = false;
    this.dialog.showModal();
    this.form.elements.limit.select();
  }

  async #save() {
    const { limit, refuses } = this.form.elements;
    // The server says what is wrong with a number: what is typed goes there as it is.
    const number = limit.value.trim() === "" ? null : Number(limit.value);
    const column = this.#column;
    const still = () => column === this.#column && this.dialog.open; // by then it may ask about another one
    part(this, "submit").disabled = true;
    try {
      const values = { limit: number, limit_refuses: refuses.checked };
      store.columns.put(await api.patch(`columns/${column.id}`, values));
      if (still()) this.dialog.close();
    } catch (error) {
      if (!still()) return toast({ text: error.words ?? error.message, kind: "danger" });
      this.#tell(error.words ?? error.message);
      part(this, "submit").disabled = false;
      limit.focus();
    }
  }

  #tell(words) {
    const place = part(this, "error");
    place.hidden = !words;
    place.textContent = words ?? "";
    this.form.elements.limit.toggleAttribute("aria-invalid", Boolean(words));
    this.form.elements.limit.classList.toggle("is-invalid", Boolean(words));
  }
}

customElements.define("column-limit", ColumnLimit);
