/* <task-fields>: column, people, labels, priority and due moment of the open task; each saves itself when chosen. */

import { api } from "../helpers/api.js";
import { priorityWord } from "../helpers/priorities.js";
import { element, part } from "../helpers/dom.js";
import { dueState, dueText, fromLocalInput, fullMoment, toLocalInput, zoneOfReader } from "../helpers/format.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate, language } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { openMenu } from "./action_menu.js";
import { COLOURS, labelItems } from "./label_menu.js";
import { toast } from "./toast_stack.js";
import { avatarOf } from "./user_avatar.js";

const PRIORITIES = ["urgent", "high", "medium", "low", "none"];
const byName = (one, other) => one.name.localeCompare(other.name, language());

export class TaskFields extends HTMLElement {
  #task = null;
  #menu = null;
  #due = null;

  connectedCallback() {
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    this.addEventListener("click", ({ target }) => this.open(target.closest("button[data-field]")?.dataset.field));
    const due = this.#field("due");
    // A field for moments tells of every digit: saved when one leaves it, or rests.
    due.addEventListener("input", () => {
      clearTimeout(this.#due);
      this.#due = setTimeout(() => this.#saveDue(), 1_200);
    });
    due.addEventListener("blur", () => this.#saveDue());
    due.addEventListener("keydown", (event) => event.key === "Enter" && this.#saveDue());
    part(this, "clear-due").addEventListener("click", () => {
      due.value = "";
      this.#saveDue();
    });
  }

  set task(task) {
    this.#task = task;
    if (!task) return;
    const changing = may("edit_tasks");
    for (const field of this.querySelectorAll("[data-field]")) field.disabled = !may(needs(field.dataset.field));
    this.#field("column").replaceChildren(words(store.columns.get(task.column)?.name ?? ""));
    this.#field("assignees").replaceChildren(...this.#people(task, changing));
    this.#field("labels").replaceChildren(...this.#labels(task, changing));
    this.#field("priority").replaceChildren(words(priorityWord(task.priority)));
    this.#field("priority").dataset.priority = task.priority;
    this.#drawDue(task, changing);
    this.#menu?.isConnected && this.#menu.refresh();
  }

  /** Opens the menu of a field: "column", "assignees", "labels" or "priority". */
  open(field) {
    if (!field || !may(needs(field))) return;
    const menus = {
      column: () => this.#chooseColumn(),
      assignees: () => this.#choosePeople(),
      labels: () => this.#chooseLabels(),
      priority: () => this.#choosePriority(),
    };
    this.#menu = openMenu({ at: this.#field(field), returnTo: this.#field(field), ...menus[field]() });
  }

  #field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }

  // Drawing

  #people({ assignees }, changing) {
    if (!assignees.length) return [words(changing ? gettext("Nobody yet") : gettext("Nobody"), "muted")];
    return assignees.map((id) =>
      element(
        "span",
        { className: "field-person" },
        avatarOf(id, { size: 20, presence: true }),
        words(store.person(id).name),
      ),
    );
  }

  #labels({ labels }, changing) {
    const known = labels.map((id) => store.labels.get(id)).filter(Boolean);
    if (!known.length) return [words(changing ? gettext("None yet") : gettext("None"), "muted")];
    return known.map((label) =>
      element("span", {
        className: "label-chip",
        textContent: label.name,
        dir: "auto",
        dataset: { colour: label.colour },
      }),
    );
  }

  #drawDue({ due_at, completed_at }, changing) {
    const input = this.#field("due");
    const value = toLocalInput(due_at);
    if (document.activeElement !== input && input.value !== value) input.value = value;
    input.title = interpolate(gettext("In your time zone, %(zone)s"), { zone: zoneOfReader() });
    part(this, "clear-due").hidden = !due_at || !changing;
    const text = part(this, "due-words");
    text.textContent = due_at ? dueText(due_at) : "";
    text.title = due_at ? fullMoment(due_at) : "";
    text.dataset.state = due_at && !completed_at ? dueState(due_at) : "";
  }

  // Choosing

  #chooseColumn() {
    return {
      label: gettext("Column"),
      items: () =>
        changes.board.columns().map((column) => ({
          label: column.name,
          checked: column.id === this.#task.column,
          act: () => column.id !== this.#task.column && changes.move(this.#task.id, { column: column.id }),
        })),
    };
  }

  #choosePriority() {
    return {
      label: gettext("Priority"),
      items: () =>
        PRIORITIES.map((priority) => ({
          label: priorityWord(priority),
          checked: priority === this.#task.priority,
          act: () => priority !== this.#task.priority && changes.set(this.#task.id, { priority }),
        })),
    };
  }

  #choosePeople() {
    const first = (person) => (person.id === store.me.id ? 0 : 1);
    const toggle = (id) => () => changes.toggle(this.#task.id, "assignees", id, !this.#task.assignees.includes(id));
    const people = () => store.members.all().sort((one, other) => first(one) - first(other) || byName(one, other));
    return {
      label: gettext("Assigned to"),
      filter: gettext("Find a person"),
      items: () =>
        people().map((person) => ({
          label: person.name,
          note: person.id === store.me.id ? gettext("you") : `@${person.handle}`,
          avatar: person.id,
          checked: this.#task.assignees.includes(person.id),
          stays: true,
          act: toggle(person.id),
        })),
    };
  }

  #chooseLabels() {
    const toggle = (id) => () => changes.toggle(this.#task.id, "labels", id, !this.#task.labels.includes(id));
    return {
      label: gettext("Labels"),
      filter: may("manage_labels") ? gettext("Find or make a label") : gettext("Find a label"),
      none: may("manage_labels") ? gettext("Type a name to make the first label.") : gettext("No labels yet."),
      items: () =>
        store.labels
          .all()
          .sort(byName)
          .map((label) => ({
            label: label.name,
            colour: label.colour,
            checked: this.#task.labels.includes(label.id),
            stays: true,
            act: toggle(label.id),
          })),
      foot: may("manage_labels") && store.labels.size > 0 && {
        label: gettext("Edit labels …"),
        icon: "pencil",
        items: () => labelItems(this.#field("labels")),
      },
      create:
        may("manage_labels") &&
        ((name) => ({
          label: interpolate(gettext("Make the label “%(name)s”"), { name }),
          icon: "plus-lg",
          items: () =>
            Object.entries(COLOURS()).map(([colour, label]) => ({
              label,
              colour,
              act: () => this.#makeLabel(name, colour),
            })),
        })),
    };
  }

  async #makeLabel(name, colour) {
    const { id } = this.#task;
    try {
      const label = await api.post(`projects/${store.project.id}/labels`, { name, colour });
      store.labels.put(label);
      changes.toggle(id, "labels", label.id, true);
    } catch (error) {
      toast({ text: error.words ?? error.message, kind: "danger" });
    }
  }

  #saveDue() {
    clearTimeout(this.#due);
    const input = this.#field("due");
    if (!this.#task || !may("edit_tasks") || input.validity.badInput) return;
    const due_at = fromLocalInput(input.value);
    const known = this.#task.due_at ? toLocalInput(this.#task.due_at) : "";
    if (input.value.slice(0, 16) !== known) changes.set(this.#task.id, { due_at });
  }
}

const needs = (field) => (field === "column" ? "move_tasks" : "edit_tasks");

const words = (text, className = "") =>
  element("span", { className: `truncate ${className}`, textContent: text, dir: "auto" });

customElements.define("task-fields", TaskFields);
