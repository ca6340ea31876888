/* <task-checklist>: the checklist of the open task: tick, write, assign, move, make a task of, delete. */

import { arrange, fromTemplate, oncePerFrame, part } from "../helpers/dom.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate, language } from "../helpers/words.js";
import { checklistOutbox } from "../models/outbox.js";
import { store } from "../models/project_store.js";
import { parts } from "../models/task_parts.js";
import { openMenu } from "./action_menu.js";
import { LineDrag } from "./line_drag.js";
import { announce } from "./live_announcer.js";
import { toast } from "./toast_stack.js";

export class TaskChecklist extends HTMLElement {
  #task = null;
  #rows = new Map();
  #drag;
  #stop = [];
  #draw = oncePerFrame(() => this.#drawNow());

  connectedCallback() {
    this.#stop = [
      store.on("checklist_item", ({ action, row, previous }) => action !== "reset" && (row ?? previous)?.task === this.#task && this.#draw()),
      store.on("outbox", ({ of }) => of === "checklist_item" && this.#draw()),
      store.on("reset", () => this.#task && this.#load()),
      ...["member", "me", "project"].map((noun) => store.on(noun, () => this.#draw())),
    ];
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    this.#drag = this.#makeDrag();
    const [form, input] = [part(this, "form"), part(this, "new-text")];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add(input);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      input.value = "";
      this.closest("task-panel")?.focus({ preventScroll: true });
    });
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  /** Id of the task; null closes. */
  set task(id) {
    if (id === this.#task) return;
    this.#task = id;
    this.#rows.clear();
    part(this, "list").replaceChildren();
    part(this, "new-text").value = "";
    if (id === null) return;
    if (store.tasks.get(id)?.checklist) this.#load();
    this.#drawNow();
  }

  async #load() {
    const task = this.#task;
    try {
      await parts.load(task);
    } catch (error) {
      if (task === this.#task && error.status !== 404) toast({ text: error.words ?? error.message, kind: "danger" });
    }
    this.#draw();
  }

  /** Several lines pasted are several items. */
  #add(input) {
    const text = input.value.trim();
    if (!text) return input.focus();
    checklistOutbox().add({ task: this.#task, text });
    input.value = "";
    input.focus();
  }

  #drawNow() {
    if (!this.#task) return;
    const [items, waiting] = [parts.items(this.#task), checklistOutbox().on(this.#task)];
    const changing = may("edit_tasks");
    const done = items.filter((item) => item.ticked_at).length;
    this.hidden = !changing && !items.length;
    part(this, "form").hidden = !changing;
    part(this, "count").textContent = items.length ? `${done}/${items.length}` : "";
    const bar = part(this, "bar");
    bar.hidden = !items.length;
    Object.assign(bar, { max: items.length || 1, value: done });
    arrange(part(this, "list"), [
      ...items.map((item) => this.#row(item, changing)),
      ...waiting.map((item) => this.#pending(item)),
    ]);
    part(this, "list").toggleAttribute("data-movable", changing && items.length > 1);
    this.#drag.redrawn();
  }

  #row(item, changing) {
    const fresh = !this.#rows.has(item.id);
    if (fresh) this.#rows.set(item.id, this.#make(item.id));
    const row = this.#rows.get(item.id);
    const [tick, text, who] = ["tick", "text", "who"].map((name) => part(row, name));
    tick.checked = Boolean(item.ticked_at);
    tick.disabled = !changing;
    tick.setAttribute("aria-label", item.text);
    tick.title = item.ticked_by ? interpolate(gettext("Ticked by %(name)s"), store.person(item.ticked_by)) : "";
    text.textContent = item.text;
    text.disabled = !changing;
    row.toggleAttribute("data-ticked", tick.checked);
    who.hidden = !item.assignee;
    if (item.assignee) {
      who.setAttribute("user", item.assignee);
      who.title = store.person(item.assignee).name;
    }
    part(row, "menu").hidden = !changing;
    part(row, "menu").setAttribute("aria-label", interpolate(gettext("Actions for “%(text)s”"), item));
    return row;
  }

  #make(id) {
    const row = fromTemplate("checklist-item");
    row.dataset.item = id;
    part(row, "tick").addEventListener("change", ({ target }) => parts.tick(id, target.checked));
    part(row, "text").addEventListener("click", () => this.#rename(id, row));
    part(row, "menu").addEventListener("click", () => this.#menu(id, row));
    row.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step || !event.altKey || event.target.matches("input[type=text]") || !may("edit_tasks")) return;
      event.preventDefault();
      event.stopPropagation();
      this.#move(id, step, event.target);
    });
    return row;
  }

  #pending(item) {
    const fresh = !this.#rows.has(item.client_id);
    if (fresh) {
      const row = fromTemplate("checklist-item");
      for (const name of ["menu", "who"]) part(row, name).hidden = true;
      for (const name of ["tick", "text"]) part(row, name).disabled = true;
      part(row, "tick").setAttribute("aria-label", item.text);
      part(row, "retry").addEventListener("click", () => checklistOutbox().retry(item.client_id));
      part(row, "discard").addEventListener("click", () => checklistOutbox().discard(item.client_id));
      this.#rows.set(item.client_id, row);
    }
    const row = this.#rows.get(item.client_id);
    row.dataset.state = item.state;
    part(row, "text").textContent = item.text;
    part(row, "failed").hidden = item.state !== "failed";
    part(row, "words").textContent = item.words;
    return row;
  }

  #rename(id, row) {
    const item = store.checklist_items.get(id);
    if (!item || !may("edit_tasks") || row.querySelector("input[type=text]")) return;
    const input = Object.assign(document.createElement("input"), { type: "text", className: "form-control", maxLength: 200, value: item.text, dir: "auto" });
    input.setAttribute("aria-label", gettext("Item"));
    let over = false;
    const end = (save, focus) => {
      if (over) return;
      over = true;
      const text = input.value.replace(/\s+/g, " ").trim();
      if (save && text && text !== item.text) parts.set(id, { text });
      input.remove();
      part(row, "text").hidden = false;
      if (focus) part(row, "text").focus();
    };
    input.addEventListener("blur", () => end(true, false));
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      end(event.key === "Enter", true);
    });
    part(row, "text").hidden = true;
    part(row, "text").after(input);
    input.focus();
  }

  #move(id, step, focused) {
    if (!parts.move(id, step)) return;
    this.#drawNow();
    focused.focus({ preventScroll: true });
    this.#tellPlace(id);
  }

  #tellPlace(id) {
    const items = parts.items(this.#task);
    const place = items.findIndex((item) => item.id === id) + 1;
    announce(interpolate(gettext("Item %(place)s of %(total)s"), { place, total: items.length }));
  }

  /** By the words with a mouse, by the handle with a finger. */
  #makeDrag() {
    return new LineDrag(this, {
      name: "item",
      handle: '[data-part="handle"]',
      pick: (target, { onHandle }) =>
        may("edit_tasks") && (onHandle || !target.closest('input, [data-part="menu"]')) ? target.closest("[data-item]") : null,
      line: () => [...this.querySelectorAll("[data-item]")],
      idOf: (row) => Number(row.dataset.item),
      scroller: () => this.closest(".panel-body") ?? this,
      drop: (id, neighbours) => {
        if (parts.place(id, neighbours)) this.#tellPlace(id);
      },
    });
  }

  #menu(id, row) {
    const item = store.checklist_items.get(id);
    if (!item) return;
    const [menu, items] = [part(row, "menu"), parts.items(this.#task)];
    const place = items.findIndex((each) => each.id === id);
    openMenu({
      at: menu,
      label: interpolate(gettext("Actions for “%(text)s”"), item),
      items: [
        { label: gettext("Rename"), icon: "pencil", act: () => this.#rename(id, row) },
        { label: gettext("Assign to …"), icon: "person", items: () => this.#people(item) },
        place > 0 && { label: gettext("Move up"), icon: "arrow-up", keys: "Alt ↑", act: () => this.#move(id, -1, menu) },
        place < items.length - 1 && { label: gettext("Move down"), icon: "arrow-down", keys: "Alt ↓", act: () => this.#move(id, 1, menu) },
        may("create_tasks") && { label: gettext("Make it a task"), icon: "box-arrow-up-right", act: () => this.#leave(row, () => parts.convert(id)) },
        { line: true },
        { label: gettext("Delete"), icon: "trash", danger: true, act: () => this.#leave(row, () => parts.remove(id)) },
      ],
    });
  }

  #people(item) {
    const choose = (assignee) => () => assignee !== item.assignee && parts.set(item.id, { assignee });
    const people = store.members.all().sort((one, other) => one.name.localeCompare(other.name, language()));
    return [
      { label: gettext("Nobody"), checked: item.assignee === null, act: choose(null) },
      ...people.map((person) => ({ label: person.name, avatar: person.id, checked: item.assignee === person.id, act: choose(person.id) })),
    ];
  }

  /** The row goes: the focus goes to the next one's actions, or to the field for another. */
  #leave(row, act) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    act();
    (next ? part(next, "menu") : part(this, "new-text")).focus();
  }
}

customElements.define("task-checklist", TaskChecklist);
