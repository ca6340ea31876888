/* <pinned-list>: what the room keeps at hand; a press leads to the message. */

import { fromTemplate, part } from "../helpers/dom.js";
import { clock, dayName, fullMoment } from "../helpers/format.js";
import { close, openBeside, ownerOf } from "../helpers/popover.js";
import { router } from "../helpers/router.js";
import { gettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { mayPin, pin } from "./message_menu.js";

export class PinnedList extends HTMLElement {
  #rows = [];

  connectedCallback() {
    this.addEventListener("click", (event) => this.#act(event));
  }

  open(rows, anchor) {
    this.#draw(rows);
    openBeside(this, anchor);
    this.focus({ preventScroll: true });
  }

  /** What is pinned has changed while it is open. */
  refresh(rows) {
    if (ownerOf(this)) this.#draw(rows);
  }

  #draw(rows) {
    this.#rows = rows;
    const focused = document.activeElement?.closest?.(".pinned-row");
    const held = focused && this.contains(focused);
    part(this, "list").replaceChildren(...rows.map((row) => this.#row(row)));
    part(this, "words").textContent = rows.length ? "" : gettext("Nothing is pinned here any more.");
    if (held) this.focus({ preventScroll: true });
  }

  #row(row) {
    const line = fromTemplate("pinned-row");
    line.dataset.message = row.id;
    part(line, "author").textContent = store.person(row.author).name;
    Object.assign(part(line, "time"), { textContent: `${dayName(row.created_at)} ${clock(row.created_at)}`, dateTime: row.created_at, title: fullMoment(row.created_at) });
    part(line, "text").textContent = row.body || (row.attachments ?? []).map(({ name }) => name).join(", ");
    line.querySelector('[data-act="unpin"]').hidden = !mayPin(row.room);
    return line;
  }

  #act(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    const row = this.#rows.find(({ id }) => id === Number(event.target.closest("[data-message]")?.dataset.message));
    if (!row) return;
    if (act === "unpin") pin(row);
    if (act !== "jump") return;
    close(this);
    router.open({ room: row.room, thread: row.thread, message: row.id });
  }
}

customElements.define("pinned-list", PinnedList);
