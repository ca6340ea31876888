/* <selection-bar>: how many tasks are selected, and what can be done with them. Listens on the whole pane, so that one
   selects in every layout alike: Ctrl or Cmd and a click, Shift and a click, X, Shift and an arrow, Ctrl+A; Escape ends it.
   Whatever shows a task has data-task-id, and data-selected by itself as it is drawn (see markSelected). */

import { isWriting, oncePerFrame, part } from "../helpers/dom.js";
import { count } from "../helpers/format.js";
import { PRIORITIES, priorityWord } from "../helpers/priorities.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { bulk } from "../models/bulk_changes.js";
import { store } from "../models/project_store.js";
import { selection } from "../models/selection.js";
import { changes } from "../models/task_changes.js";
import { openMenu } from "./action_menu.js";
import { announce } from "./live_announcer.js";
import { dueItems } from "./due_items.js";
import { markSelected } from "./selection_mark.js";

const NEEDS = { move: "move_tasks", complete: "move_tasks", archive: "move_tasks", delete: "delete_tasks", clear: "see" };
const mayAct = (name) => may(NEEDS[name] ?? "edit_tasks");

export class SelectionBar extends HTMLElement {
  #stop = [];
  #pane;
  #draw = oncePerFrame(() => this.draw());

  connectedCallback() {
    this.#pane = this.closest("[data-pane]");
    this.#stop = ["selection", "me", "project"].map((noun) => store.on(noun, this.#draw));
    this.#pane.addEventListener("click", this, true);
    document.addEventListener("keydown", this, true);
    this.addEventListener("click", (event) => this.#choose(event));
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    this.#pane.removeEventListener("click", this, true);
    document.removeEventListener("keydown", this, true);
  }

  handleEvent(event) {
    if (event.type === "click") this.#click(event);
    else this.#key(event);
  }

  draw() {
    const { size } = selection;
    this.hidden = !size;
    const words = ngettext("%(count)s selected", "%(count)s selected", size);
    part(this, "count").textContent = size ? interpolate(words, { count: count(size) }) : "";
    for (const button of this.querySelectorAll("[data-act]")) button.hidden = !mayAct(button.dataset.act);
    for (const shown of this.#pane.querySelectorAll("[data-task-id]")) markSelected(shown, Number(shown.dataset.taskId));
  }

  // Selecting

  /** Ids as they stand before the eye. */
  get #order() {
    const shown = [...this.#pane.querySelectorAll("[data-task-id]")].filter((each) => each.offsetParent);
    return [...new Set(shown.map((each) => Number(each.dataset.taskId)))];
  }

  #click(event) {
    const shown = event.target.closest("[data-task-id]");
    if (!shown || event.target.closest("button, input, select, textarea")) return;
    const touched = event.pointerType === "touch" && selection.size > 0;
    if (!(event.ctrlKey || event.metaKey || event.shiftKey || touched)) return;
    event.preventDefault();
    event.stopPropagation();
    const id = Number(shown.dataset.taskId);
    getSelection()?.removeAllRanges(); // Shift marks the words in between as well
    if (event.shiftKey) selection.extend(id, this.#order);
    else selection.toggle(id);
    shown.querySelector("a")?.focus({ preventScroll: true });
    this.#tell();
  }

  #key(event) {
    if (isWriting(event.target) || event.altKey || event.target.closest("task-panel, board-toolbar, action-menu")) return;
    if (this.#pane.querySelector("[data-lifted], [data-dragging]")) return; // a card is in the air: keys are its own
    const shown = this.#pane.contains(event.target) && event.target.closest("[data-task-id]");
    const act = (shown && this.#keyOnTask(event, shown, Number(shown.dataset.taskId))) ?? this.#keyAnywhere(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
    this.#tell();
  }

  #keyOnTask(event, shown, id) {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "a") return () => selection.add(this.#order);
    if (control) return null;
    if (event.shiftKey && ["ArrowDown", "ArrowUp"].includes(event.key)) return () => this.#extend(shown, id, event.key);
    if (event.shiftKey) return null;
    if (event.key === "x") return () => selection.toggle(id);
    if (!selection.has(id)) return null;
    const name = { m: "move", d: "complete", e: "archive", Delete: "delete", Backspace: "delete" }[event.key];
    if (!name || !mayAct(name)) return null;
    return name === "move" ? () => this.#open("move", shown) : () => this.#act(name);
  }

  #keyAnywhere(event) {
    if (event.key === "Escape" && selection.size && !document.querySelector("action-menu, dialog[open]"))
      return () => selection.clear();
    return null;
  }

  #extend(shown, id, key) {
    const list = shown.parentElement;
    const rows = [...list.querySelectorAll("[data-task-id]")];
    const next = rows[rows.indexOf(shown) + (key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    selection.step(id, Number(next.dataset.taskId));
    next.querySelector("a")?.focus();
  }

  #tell() {
    const { size } = selection;
    const words = ngettext("%(count)s task selected", "%(count)s tasks selected", size);
    announce(size ? interpolate(words, { count: size }) : gettext("Nothing selected"));
  }

  // What is done with them

  #choose(event) {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    if (["complete", "archive", "delete", "clear"].includes(button.dataset.act)) this.#act(button.dataset.act);
    else this.#open(button.dataset.act, button);
  }

  async #act(name) {
    const { ids } = selection;
    if (name === "clear") return this.#end();
    const done = bulk[name](ids);
    this.#end();
    if (!(await done)) selection.add(ids.filter((id) => store.tasks.has(id)));
  }

  #end() {
    const [first] = selection.ids;
    selection.clear();
    if (this.contains(document.activeElement)) this.#pane.querySelector("task-board")?.focusTask(first);
  }

  #open(name, at) {
    const menus = {
      move: { heading: gettext("Move to …"), items: columns },
      assign: { filter: gettext("Find somebody"), items: people },
      label: { filter: gettext("Find a label"), items: labels, none: gettext("This project has no labels yet.") },
      more: { items: more },
    };
    openMenu({ at, returnTo: at, label: at.textContent.trim(), ...menus[name] });
  }
}

customElements.define("selection-bar", SelectionBar);

const columns = () =>
  changes.board.columns().map(({ id, name }) => ({
    label: name,
    checked: selection.tasks.every((task) => task.column === id),
    act: () => bulk.move(selection.ids, id),
  }));

/** A value of a list, ticked where all have it: choosing it gives it to all, or takes it from all. */
function choice(field, verb, id, item) {
  const all = selection.tasks.every((task) => task[field].includes(id));
  const some = !all && selection.tasks.some((task) => task[field].includes(id));
  return {
    ...item,
    note: some ? gettext("some") : undefined,
    checked: all,
    stays: true,
    act: () => bulk[verb](selection.ids, all ? { remove: [id] } : { add: [id] }),
  };
}

const byName = (one, other) => one.name.localeCompare(other.name);

const people = () =>
  store.members.all().sort(byName).map(({ id, name }) => choice("assignees", "assign", id, { label: name, avatar: id }));

const labels = () =>
  store.labels.all().sort(byName).map(({ id, name, colour }) => choice("labels", "label", id, { label: name, colour }));

function more() {
  const { ids } = selection;
  return [
    { label: gettext("Priority"), icon: "flag", items: () => PRIORITIES.map((priority) => ({
      label: priorityWord(priority),
      checked: selection.tasks.every((task) => task.priority === priority),
      act: () => bulk.change(ids, { priority }),
    })) },
    { label: gettext("Due"), icon: "calendar3", items: () => dueItems((due_at) => bulk.change(ids, { due_at })) },
    mayAct("archive") && { label: gettext("Archive"), icon: "archive", keys: "E", act: () => bulk.archive(ids) },
  ];
}
