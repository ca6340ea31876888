/* <quick-add>: a task written where no column stands open, in lanes, list and calendar: it goes to the first column. What
   is on its way, or was refused, stands below the field. */

import { arrange, fromTemplate, oncePerFrame, part } from "../helpers/dom.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { outbox } from "../models/outbox.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";

export class QuickAdd extends HTMLElement {
  #stop = [];
  #pending = new Map();
  #draw = oncePerFrame(() => this.draw());

  connectedCallback() {
    this.#stop = ["outbox", "filter", "me", "project", "column"].map((noun) => store.on(noun, this.#draw));
    part(this, "open").addEventListener("click", () => this.write());
    part(this, "form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.#close();
    });
    part(this, "form").addEventListener("focusout", () => !this.#field.value.trim() && this.#close({ focus: false }));
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  get #field() {
    return part(this, "title");
  }

  get #column() {
    return changes.board.firstOpenColumn() ?? changes.board.columns()[0];
  }

  draw() {
    this.hidden = (boardView.layout === "board" && !boardView.filter.lanes) || !may("create_tasks") || !this.#column;
    if (this.hidden) return;
    const items = outbox().where(() => true);
    arrange(part(this, "outbox"), items.map((item) => this.#card(item)));
    for (const id of [...this.#pending.keys()]) if (!items.some((item) => item.client_id === id)) this.#pending.delete(id);
  }

  write() {
    part(this, "open").hidden = true;
    part(this, "form").hidden = false;
    part(this, "where").textContent = interpolate(gettext("Enter adds it to %(column)s, Escape closes"), { column: this.#column.name });
    this.#field.focus();
  }

  #add() {
    const title = this.#field.value.trim().replace(/\s+/g, " ");
    if (!title) return this.#close();
    outbox().add({ column: this.#column.id, title });
    this.#field.value = "";
  }

  #close({ focus = true } = {}) {
    part(this, "form").hidden = true;
    part(this, "open").hidden = false;
    this.#field.value = "";
    if (focus) part(this, "open").focus();
  }

  #card(item) {
    let card = this.#pending.get(item.client_id);
    if (!card) {
      card = fromTemplate("pending-card");
      this.#pending.set(item.client_id, card);
      part(card, "title").textContent = item.title;
      part(card, "retry").addEventListener("click", () => outbox().retry(item.client_id));
      part(card, "discard").addEventListener("click", () => outbox().discard(item.client_id));
    }
    card.dataset.state = item.state;
    part(card, "words").textContent = { waiting: gettext("Waiting for the connection"), failed: item.words }[item.state] ?? "";
    part(card, "retry").hidden = part(card, "discard").hidden = item.state !== "failed";
    return card;
  }
}

customElements.define("quick-add", QuickAdd);
