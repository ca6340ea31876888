/* <task-column>: a column's head, its first cards and more as one scrolls, and the field at its foot. */

import { arrange, element, fromTemplate, part } from "../helpers/dom.js";
import { count } from "../helpers/format.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { grow } from "../helpers/writing.js";
import { boardView } from "../models/board_view.js";
import { collapsed } from "../models/collapsed.js";
import { changes } from "../models/task_changes.js";
import { outbox } from "../models/outbox.js";
import { openColumnMenu } from "./column_menu.js";

const PAGE = 50;
const LONGEST = 200;

export class TaskColumn extends HTMLElement {
  near = false; // whether it is in sight, or soon will be: else its cards are not drawn
  #drawn = PAGE;
  #kept = new Set(); // cards beyond the drawn ones that one has just made or moved, so that they do not vanish
  #outbox = new Map();
  #seen;
  #column;

  connectedCallback() {
    this.#seen = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#loadsItself && this.#drawMore(), {
      root: part(this, "scroll"),
      rootMargin: "600px 0px",
    });
    this.#seen.observe(part(this, "more"));
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    part(this, "more").addEventListener("click", () => this.#drawMore());
    part(this, "add").addEventListener("click", () => this.write());
    part(this, "open").addEventListener("click", () => this.write());
    part(this, "menu").addEventListener("click", () =>
      openColumnMenu(this.#column, part(this, "menu"), { rename: () => this.#rename() }),
    );
    part(this, "expand").addEventListener("click", () => collapsed.toggle(this.#column.id));
    part(this, "name").addEventListener("dblclick", () => this.#rename());
    this.#listenToForm();
  }

  disconnectedCallback() {
    this.#seen.disconnect();
  }

  /** Not while one writes at the foot: more cards above would push the new one out of sight. */
  get #loadsItself() {
    return !this.#kept.size && part(this, "form").hidden;
  }

  get #most() {
    return this.near ? this.#drawn : 0;
  }

  get column() {
    return this.#column;
  }

  /** The cards that stand here now. */
  get cards() {
    return [...part(this, "cards").children];
  }

  set column(column) {
    this.#column = column;
    this.dataset.columnId = column.id;
    this.toggleAttribute("data-done", column.done);
    this.setAttribute("aria-label", column.name);
    const name = part(this, "name");
    if (!name.querySelector("input") && name.textContent !== column.name) name.textContent = column.name;
    part(this, "name").title = column.name;
    if (column.colour && column.colour !== "grey") this.dataset.colour = column.colour;
    else delete this.dataset.colour;
    this.toggleAttribute("data-collapsed", collapsed.has(column.id));
    part(this, "expand").hidden = !collapsed.has(column.id);
    part(this, "expand").setAttribute("aria-label", interpolate(gettext("Unfold %(name)s"), column));
    part(this, "add").hidden = part(this, "foot").hidden = !may("create_tasks");
  }

  /** cardOf(task) gives the one element of a task: it moves from column to column and keeps its focus. */
  draw(cardOf) {
    const all = changes.board.cards(this.#column.id);
    const tasks = boardView.shown(all);
    const folded = collapsed.has(this.#column.id);
    const shown = folded ? [] : tasks.filter((task, index) => index < this.#most || this.#kept.has(task.id));
    arrange(part(this, "cards"), shown.map(cardOf));
    const first = changes.board.columns()[0]?.id === this.#column.id;
    const items = outbox().in(this.#column.id, { orphans: first });
    arrange(
      part(this, "outbox"),
      items.map((item) => this.#pending(item)),
    );
    for (const id of [...this.#outbox.keys()])
      if (!items.some((item) => item.client_id === id)) this.#outbox.delete(id);
    part(this, "outbox").hidden = !items.length;
    part(this, "cards").hidden = !shown.length;
    const left = folded || !this.near ? 0 : tasks.length - shown.length;
    part(this, "more").hidden = !left;
    part(this, "more").textContent = left
      ? interpolate(ngettext("Show %(count)s more", "Show %(count)s more", left), { count: count(left) })
      : "";
    this.#drawCount(tasks.length, all.length);
    this.#drawEmpty(!tasks.length && !items.length, all.length > 0);
  }

  /** How many, of how many there may be; when filtered, of how many there are. */
  #drawCount(found, all) {
    const { limit } = this.#column;
    const place = part(this, "count");
    this.dataset.limit = !limit || all < limit ? "" : all > limit ? "over" : "full";
    if (found !== all)
      place.textContent = interpolate(gettext("%(found)s of %(count)s"), { found: count(found), count: count(all) });
    else place.textContent = limit ? `${count(all)} / ${count(limit)}` : count(all);
    const words = all > limit ? gettext("%(count)s tasks, more than the limit of %(limit)s") : gettext("%(count)s tasks, limit %(limit)s");
    place.title = limit ? interpolate(words, { count: count(all), limit: count(limit) }) : "";
  }

  /** Makes sure that a task's card is drawn; a card far down is drawn alone, below the rest. */
  keep(id) {
    const index = boardView.shown(changes.board.cards(this.#column.id)).findIndex((task) => task.id === id);
    if (index >= this.#most) this.#kept.add(id);
  }

  /** Opens the field at the foot. */
  write() {
    if (!may("create_tasks")) return;
    part(this, "open").hidden = true;
    part(this, "form").hidden = false;
    part(this, "new-title").focus();
    this.#toFoot();
    this.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  #drawMore() {
    this.#drawn += PAGE;
    this.dispatchEvent(new CustomEvent("column:draw", { bubbles: true }));
  }

  #drawEmpty(empty, filtered) {
    const first = changes.board.columns()[0]?.id === this.#column.id && may("create_tasks");
    const words = filtered
      ? gettext("The filter hides all that is here.")
      : this.#column.done
      ? gettext("What is finished comes to rest here.")
      : first
        ? gettext("What is to be done goes here.")
        : gettext("Nothing here yet.");
    const hint = element("span", { dataset: { hide: "coarse" }, textContent: ` ${gettext("C writes the first task.")}` });
    part(this, "empty").hidden = !empty;
    part(this, "empty").replaceChildren(...(empty ? [words, first && !filtered && !this.#column.done ? hint : ""] : []));
  }

  // The field at the foot

  #listenToForm() {
    const field = part(this, "new-title");
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.#add();
      } else if (event.key === "Escape") {
        event.stopPropagation();
        this.#closeForm();
      }
    });
    field.addEventListener("paste", (event) => this.#paste(event));
    field.addEventListener("input", () => grow(field));
    part(this, "form").addEventListener("focusout", (event) => {
      if (!part(this, "form").contains(event.relatedTarget) && !field.value.trim()) this.#closeForm({ focus: false });
    });
    part(this, "form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
  }

  #add() {
    const field = part(this, "new-title");
    const title = field.value.trim().replace(/\s+/g, " ");
    if (!title) return this.#closeForm();
    outbox().add({ column: this.#column.id, title });
    field.value = "";
    grow(field);
    requestAnimationFrame(() => this.#toFoot());
  }

  /** Several lines are several tasks. */
  #paste(event) {
    const lines = (event.clipboardData?.getData("text/plain") ?? "")
      .split(/\r?\n/)
      .map((line) => line.trim().slice(0, LONGEST))
      .filter(Boolean);
    if (lines.length < 2 || lines.length > PAGE) return;
    event.preventDefault();
    const words = ngettext("Add %(count)s task, one a line?", "Add %(count)s tasks, one a line?", lines.length);
    if (!confirm(interpolate(words, { count: lines.length }))) return;
    for (const line of lines) outbox().add({ column: this.#column.id, title: line });
  }

  #closeForm({ focus = true } = {}) {
    part(this, "form").hidden = true;
    part(this, "open").hidden = false;
    part(this, "new-title").value = "";
    if (focus) part(this, "open").focus();
  }

  #toFoot() {
    const scroll = part(this, "scroll");
    scroll.scrollTop = scroll.scrollHeight;
  }

  #pending(item) {
    let card = this.#outbox.get(item.client_id);
    if (!card) {
      card = fromTemplate("pending-card");
      this.#outbox.set(item.client_id, card);
      part(card, "title").textContent = item.title;
      part(card, "retry").addEventListener("click", () => outbox().retry(item.client_id));
      part(card, "discard").addEventListener("click", () => outbox().discard(item.client_id));
    }
    card.dataset.state = item.state;
    const words = { waiting: gettext("Waiting for the connection"), failed: item.words }[item.state] ?? "";
    part(card, "words").textContent = words;
    part(card, "retry").hidden = part(card, "discard").hidden = item.state !== "failed";
    return card;
  }

  // The name

  #rename() {
    if (!may("manage_columns")) return;
    const name = part(this, "name");
    const input = element("input", {
      className: "form-control column-rename",
      value: this.#column.name,
      maxLength: 80,
      dir: "auto",
      attributes: { "aria-label": gettext("Name of the column") },
    });
    let over = false;
    const end = (save) => {
      if (over) return;
      over = true;
      const text = input.value.trim();
      name.replaceChildren(this.#column.name);
      if (save && text && text !== this.#column.name)
        this.dispatchEvent(
          new CustomEvent("column:rename", { bubbles: true, detail: { id: this.#column.id, name: text } }),
        );
      part(this, "menu").focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && !event.isComposing) end(true);
      if (event.key === "Escape") end(false);
    });
    input.addEventListener("blur", () => end(true));
    name.replaceChildren(input);
    input.select();
  }
}

customElements.define("task-column", TaskColumn);
