/* <task-dependencies>: what the open task waits for, and what waits for it. */

import { addressOf, router } from "../helpers/router.js";
import { refsOf, openBlockers, waitingFor } from "../helpers/blocking.js";
import { element, fromTemplate, icon, oncePerFrame, part } from "../helpers/dom.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { parts } from "../models/task_parts.js";
import { openMenu } from "./action_menu.js";

const MOST_OFFERED = 50;

export class TaskDependencies extends HTMLElement {
  #task = null;
  #stop = [];
  #draw = oncePerFrame(() => this.#drawNow());

  connectedCallback() {
    this.#stop = [
      store.on("task", ({ action, row, previous }) => this.#task && (action === "reset" || this.#concerns(row ?? previous, previous)) && this.#draw()),
    ];
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    for (const side of ["blocked_by", "blocks"])
      part(this, `add-${side}`).addEventListener("click", ({ currentTarget }) => this.#choose(side, currentTarget));
    this.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-part=remove]");
      if (button) this.#remove(button.closest("[data-side]").dataset.side, Number(button.closest("li").dataset.id));
    });
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  /** The task as it is now; null closes. */
  set task(task) {
    this.#task = task;
    if (task) this.#drawNow();
  }

  #concerns(row, previous) {
    const { id, blocked_by = [] } = this.#task;
    const mine = (each) => each?.id === id || blocked_by.includes(each?.id) || each?.blocked_by?.includes(id);
    return mine(row) || mine(previous);
  }

  #drawNow() {
    if (!this.#task) return;
    const task = store.tasks.get(this.#task.id) ?? this.#task;
    const sides = {
      blocked_by: (task.blocked_by ?? []).map((id) => store.tasks.get(id)).filter(Boolean),
      blocks: waitingFor(task.id, store),
    };
    const changing = may("edit_tasks");
    for (const [side, tasks] of Object.entries(sides)) {
      part(this, `add-${side}`).hidden = !changing;
      part(this, `none-${side}`).hidden = changing || tasks.length > 0;
      const list = part(this, side);
      const focused = list.contains(document.activeElement);
      list.replaceChildren(...tasks.map((other) => this.#row(other, changing)));
      if (focused) part(this, `add-${side}`).focus();
    }
    const open = task.completed_at ? [] : openBlockers(task, store);
    part(this, "warning").hidden = !open.length;
    part(this, "warning-words").textContent = interpolate(gettext("Waits for %(refs)s"), { refs: refsOf(open) });
  }

  #row(other, changing) {
    const row = fromTemplate("task-dependency");
    row.dataset.id = other.id;
    row.toggleAttribute("data-completed", Boolean(other.completed_at));
    const link = part(row, "link");
    link.href = addressOf({ ...router.current, project: store.project.id, task: other.number, view: null });
    link.replaceChildren(
      icon(other.completed_at ? "check-circle-fill" : "circle"),
      element("span", { className: "reference", textContent: other.ref }),
      element("span", { className: "truncate", textContent: other.title, dir: "auto" }),
    );
    link.title = other.title;
    if (other.completed_at) link.append(element("span", { className: "visually-hidden", textContent: gettext("completed") }));
    const remove = part(row, "remove");
    remove.hidden = !changing;
    remove.setAttribute("aria-label", interpolate(gettext("Remove %(ref)s"), other));
    return row;
  }

  #choose(side, at) {
    const { id } = this.#task;
    const there = new Set(side === "blocked_by" ? store.tasks.get(id)?.blocked_by : waitingFor(id, store).map((each) => each.id));
    const offered = store.tasks
      .where((other) => other.id !== id && !there.has(other.id))
      .sort((one, other) => Boolean(one.completed_at) - Boolean(other.completed_at) || other.id - one.id);
    openMenu({
      at,
      label: side === "blocked_by" ? gettext("Blocked by") : gettext("Blocks"),
      filter: gettext("Find a task"),
      none: gettext("There is no other task yet."),
      most: MOST_OFFERED,
      items: () =>
        offered.map((other) => ({
          label: other.title,
          note: other.ref,
          icon: other.completed_at ? "check-circle-fill" : undefined,
          act: () => (side === "blocked_by" ? parts.wait(id, other.id, true) : parts.wait(other.id, id, true)),
        })),
    });
  }

  #remove(side, other) {
    const { id } = this.#task;
    return side === "blocked_by" ? parts.wait(id, other, false) : parts.wait(other, id, false);
  }
}

customElements.define("task-dependencies", TaskDependencies);
