/* <task-card>: one task on the board, drawn from its row; what one does with it is the board's. */

import { openBlockers, refsOf } from "../helpers/blocking.js";
import { element, part } from "../helpers/dom.js";
import { dueState, dueText, fullMoment } from "../helpers/format.js";
import { priorityWord } from "../helpers/priorities.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { markSelected } from "./selection_mark.js";
import { avatarOf } from "./user_avatar.js";

const FACES = 3;
const HIGH = new Set(["high", "urgent"]);

export class TaskCard extends HTMLElement {
  #task = null;

  #stop = null; // of hearing of the tasks that it waits for

  connectedCallback() {
    this.#listen();
  }

  disconnectedCallback() {
    this.#stop?.();
    this.#stop = null;
  }

  get task() {
    return this.#task;
  }

  get link() {
    return part(this, "title");
  }

  set task(task) {
    this.#task = task;
    this.dataset.taskId = task.id;
    this.link.textContent = task.title;
    this.link.href = addressOf({ ...router.current, project: store.project.id, task: task.number, view: null });
    part(this, "ref").textContent = task.ref;
    part(this, "done").hidden = !task.completed_at;
    this.toggleAttribute("data-completed", Boolean(task.completed_at));
    this.#drawPriority(task);
    this.#drawLabels(task);
    this.drawDue();
    this.#listen();
    this.#drawBlocked();
    this.#drawChecklist(task);
    this.#drawCount("comments", task.comment_count, (count) => ngettext("comment", "comments", count));
    this.#drawCount("files", task.attachment_count, (count) => ngettext("file", "files", count));
    this.#drawPeople(task);
    this.drawViewers();
    markSelected(this, task.id);
  }

  /** Relative: drawn again as time goes by. */
  drawDue() {
    const { due_at, completed_at } = this.#task;
    const due = part(this, "due");
    due.hidden = !due_at;
    if (!due_at) return;
    due.dataset.state = completed_at ? "done" : dueState(due_at);
    const text = part(this, "due-text");
    const words = dueText(due_at);
    if (text.textContent !== words) text.textContent = words;
    text.dateTime = due_at;
    due.title = fullMoment(due_at);
  }

  drawViewers() {
    const viewers = store.viewing.of(this.#task.id).filter((user) => user !== store.me.id);
    const place = part(this, "viewers");
    if (
      place.childElementCount !== viewers.length ||
      viewers.some((user, at) => place.children[at].getAttribute("user") !== String(user))
    ) {
      place.replaceChildren(...viewers.slice(0, FACES).map((user) => avatarOf(user, { size: 20 })));
      place.title = viewers.length
        ? interpolate(gettext("%(names)s looking at it"), {
            names: viewers.map((user) => store.person(user).name).join(", "),
          })
        : "";
    }
  }

  #drawPriority({ priority }) {
    this.dataset.priority = priority;
    part(this, "priority").textContent = HIGH.has(priority)
      ? interpolate(gettext("%(priority)s priority"), { priority: priorityWord(priority) })
      : "";
  }

  #drawLabels({ labels }) {
    const known = labels.map((id) => store.labels.get(id)).filter(Boolean);
    part(this, "labels").replaceChildren(
      ...known.map((label) =>
        element(
          "span",
          { className: "label-dot", title: label.name, dataset: { colour: label.colour } },
          element("span", { className: "visually-hidden", textContent: `${label.name} ` }),
        ),
      ),
    );
  }

  /** What it waits for is told by their rows: heard only by cards that wait. */
  #listen() {
    const waits = this.isConnected && this.#task?.blocked_by?.length;
    if (!waits) this.disconnectedCallback();
    else
      this.#stop ??= store.on("task", ({ action, id }) => {
        if (action === "reset" || this.#task.blocked_by?.includes(id)) this.#drawBlocked();
      });
  }

  #drawBlocked() {
    const blockers = this.#task.completed_at ? [] : openBlockers(this.#task, store);
    const words = blockers.length ? interpolate(gettext("Waits for %(refs)s"), { refs: refsOf(blockers) }) : "";
    part(this, "blocked").hidden = !words;
    part(this, "blocked").title = words;
    part(this, "blocked-words").textContent = words;
  }

  #drawChecklist({ checklist }) {
    const place = part(this, "checklist");
    place.hidden = !checklist;
    place.toggleAttribute("data-done", checklist?.done === checklist?.total);
    part(this, "checklist-count").textContent = checklist ? `${checklist.done}/${checklist.total}` : "";
  }

  #drawCount(name, count, words) {
    part(this, name).hidden = !count;
    part(this, `${name}-count`).textContent = count || "";
    part(this, `${name}-words`).textContent = count ? words(count) : "";
  }

  #drawPeople({ assignees }) {
    const faces = assignees.slice(0, FACES).map((user) => avatarOf(user, { size: 20, named: true }));
    const more = assignees.length - faces.length;
    if (more > 0)
      faces.push(
        element("span", { className: "avatar avatar-more", dataset: { size: "20" }, textContent: `+${more}` }),
      );
    part(this, "people").replaceChildren(...faces);
  }
}

customElements.define("task-card", TaskCard);
