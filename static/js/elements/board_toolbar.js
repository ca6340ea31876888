/* <board-toolbar>: layout, filter, lanes and saved views of the board. All of it stands in the address; this shows what
   stands there, and changes it. */

import { element, icon, isWriting, oncePerFrame, part } from "../helpers/dom.js";
import { count } from "../helpers/format.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { toggled } from "../models/filter.js";
import { store } from "../models/project_store.js";
import { openMenu } from "./action_menu.js";
import { chipsOf, filterItems, laneItems, sortItems } from "./filter_choices.js";
import { openViews } from "./views_menu.js";

export class BoardToolbar extends HTMLElement {
  #stop = [];
  #draw = oncePerFrame(() => this.draw());
  #typed = false; // what one types is one entry of the history, however many letters

  connectedCallback() {
    this.#stop = ["filter", "task", "label", "member", "me", "view", "reset"].map((noun) => store.on(noun, this.#draw));
    this.addEventListener("click", this);
    this.#text.addEventListener("input", this);
    this.#text.addEventListener("keydown", this);
    this.#text.addEventListener("blur", () => (this.#typed = false));
    document.addEventListener("keydown", this);
    if (this.#text.value) this.#type(); // written before the page's scripts were there
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    document.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.type === "input") return this.#type();
    if (event.type === "keydown") return event.currentTarget === document ? this.#pageKey(event) : this.#key(event);
    const layout = event.target.closest("[data-layout]");
    if (layout) return boardView.change({ layout: layout.dataset.layout === "board" ? null : layout.dataset.layout });
    const chip = event.target.closest("[data-chip]");
    if (chip) return this.#remove(chip);
    const acts = {
      filter: (button) => this.openFilter(button),
      lanes: (button) => openMenu({ at: button, label: gettext("Group by"), items: arrangements }),
      views: (button) => openViews(button),
      clear: () => this.#clear(),
    };
    const button = event.target.closest("button[data-part]");
    acts[button?.dataset.part]?.(button);
  }

  get #text() {
    return part(this, "text");
  }

  openFilter(at = part(this, "filter")) {
    openMenu({
      at,
      label: gettext("Filter"),
      filter: gettext("Person, label, date, priority"),
      items: filterItems,
      create: (text) => ({
        label: interpolate(gettext("Words: %(text)s"), { text }),
        icon: "search",
        act: () => boardView.change({ q: text }),
      }),
    });
  }

  draw() {
    const { filter, hides, layout } = boardView;
    for (const button of this.querySelectorAll("[data-layout]"))
      button.setAttribute("aria-pressed", String(button.dataset.layout === layout));
    if (this.#text.value.trim() !== filter.q.trim()) this.#text.value = filter.q;
    part(this, "filter").toggleAttribute("data-on", hides);
    part(this, "lanes").hidden = layout === "calendar";
    part(this, "lanes").toggleAttribute("data-on", Boolean(filter.lanes));
    part(this, "lanes-word").textContent = filter.lanes
      ? laneItems().find(({ checked }) => checked).label
      : gettext("Group");
    this.#drawView();
    this.#drawChips(hides);
  }

  #drawView() {
    const query = boardView.query;
    const named = query && store.views.all().find((view) => boardView.isOf(view));
    part(this, "views").toggleAttribute("data-on", Boolean(named));
    part(this, "views-word").textContent = named ? named.name : gettext("Views");
  }

  #drawChips(hides) {
    part(this, "chips").hidden = !hides;
    part(this, "list").replaceChildren(...chipsOf(boardView.filter).map((chip) => this.#chip(chip)));
    if (!hides) return;
    const all = store.tasks.all();
    const found = boardView.shown(all).length;
    const words = ngettext("%(found)s of %(count)s task", "%(found)s of %(count)s tasks", all.length);
    const text = interpolate(words, { found: count(found), count: count(all.length) });
    if (part(this, "found").textContent !== text) part(this, "found").textContent = text;
  }

  #chip({ name, value, label, mark }) {
    const remove = element(
      "button",
      {
        type: "button",
        className: "chip-remove",
        dataset: { chip: name, value: String(value) },
        attributes: { "aria-label": interpolate(gettext("Filter no more by %(label)s"), { label }) },
      },
      icon("x"),
    );
    return element("li", { className: "chip" }, mark, element("span", { className: "truncate", textContent: label, dir: "auto" }), remove);
  }

  #remove(chip) {
    const { chip: name, value } = chip.dataset;
    const { filter } = boardView;
    if (!Array.isArray(filter[name])) boardView.change({ [name]: name === "q" ? "" : null });
    else boardView.open(toggled(filter, name, filter[name].find((each) => String(each) === value)));
    this.draw();
    (this.querySelector("[data-chip]") ?? part(this, "filter")).focus();
  }

  #clear() {
    boardView.clear();
    this.draw();
    part(this, "filter").focus();
  }

  #type() {
    const q = this.#text.value;
    if (q.trim() === boardView.filter.q.trim()) return;
    boardView.change({ q: q.trim() }, { replace: this.#typed });
    this.#typed = true;
  }

  #key(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    if (this.#text.value) {
      this.#text.value = "";
      this.#type();
    } else document.querySelector("task-board")?.focusBoard();
  }

  #pageKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (event.key !== "f" || document.querySelector("dialog[open], action-menu") || !this.offsetParent) return;
    event.preventDefault();
    this.openFilter();
  }
}

const arrangements = () => [
  { heading: gettext("Group by") },
  ...laneItems(),
  ...(boardView.layout === "list" ? [{ heading: gettext("Sort by") }, ...sortItems()] : []),
];

customElements.define("board-toolbar", BoardToolbar);
