/* <task-list>: the tasks of the board as a table, sorted by a click on its heads, grouped as the board's lanes are. */

import { arrange, element, fromTemplate, oncePerFrame, part } from "../helpers/dom.js";
import { count, dueState, dueText, fullMoment } from "../helpers/format.js";
import { priorityWord } from "../helpers/priorities.js";
import { may } from "../helpers/rights.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { store } from "../models/project_store.js";
import { nextSort, sorted } from "../models/sorting.js";
import { changes } from "../models/task_changes.js";
import { groups } from "./group_heads.js";
import { markSelected } from "./selection_mark.js";
import { linkOf, listenToTasks, neighbour, rove } from "./task_gestures.js";
import { avatarOf } from "./user_avatar.js";

const PAGE = 100;
const FACES = 3;
const MINUTE = 60_000;

export class TaskList extends HTMLElement {
  #stop = [];
  #rows = new Map(); // "group:id" -> row
  #groups = new Map();
  #drawn = PAGE;
  #everything = true;
  #clock;
  #draw = oncePerFrame(() => this.draw());

  connectedCallback() {
    const anew = () => {
      this.#everything = true;
      this.#draw();
    };
    this.#stop = [
      store.on("task", ({ action }) => (action === "reset" ? anew() : this.#draw())),
      store.on("filter", () => {
        this.#drawn = PAGE;
        this.#draw();
      }),
      ...["column", "label", "member", "me", "project"].map((noun) => store.on(noun, anew)),
      router.on(() => this.#mark()),
    ];
    this.#clock = setInterval(anew, MINUTE);
    this.addEventListener("click", (event) => this.#click(event));
    listenToTasks(this, { step: (row, key) => neighbour(this.#all, row, key) });
    this.#watchEnd();
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    clearInterval(this.#clock);
  }

  get #all() {
    return [...this.querySelectorAll(".task-row")];
  }

  draw() {
    this.hidden = boardView.layout !== "list";
    if (this.hidden) return;
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const tasks = this.#tasks();
    const shown = groups(boardView.filter.lanes, tasks) ?? [{ key: "", tasks }];
    let left = this.#drawn;
    const used = new Set();
    const made = shown.map((group) => {
      const some = group.tasks.slice(0, Math.max(left, 0));
      left -= some.length;
      return some.length ? this.#group(group, some, used) : null;
    });
    arrange(part(this, "groups"), made.filter(Boolean));
    for (const key of [...this.#rows.keys()]) if (!used.has(key)) this.#rows.delete(key);
    this.#everything = false;
    this.#drawRest(tasks, Math.max(0, -left || shown.reduce((sum, group) => sum + group.tasks.length, 0) - this.#drawn));
    this.#mark();
    rove(this);
    if (focused && !focused.isConnected) (linkOf(this.#all[0] ?? this) ?? this).focus?.();
    else if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  #tasks() {
    const columns = changes.board.columns();
    const places = new Map(columns.map(({ id }, index) => [id, index]));
    const tasks = columns.flatMap(({ id }) => boardView.shown(changes.board.cards(id)));
    return sorted(tasks, boardView.filter.sort, {
      nameOf: (id) => store.person(id).name,
      placeOf: ({ column }) => places.get(column) ?? 0,
    });
  }

  #drawRest(tasks, left) {
    part(this, "more").hidden = left <= 0;
    part(this, "more").textContent = left > 0 ? interpolate(gettext("Show %(count)s more"), { count: count(left) }) : "";
    part(this, "table").hidden = !tasks.length;
    part(this, "empty").hidden = Boolean(tasks.length);
    part(this, "empty").textContent = store.tasks.size
      ? gettext("The filter hides all tasks.")
      : gettext("No tasks yet. C writes the first one.");
    for (const head of this.querySelectorAll("[data-sort]")) {
      const { sort } = boardView.filter;
      const order = { [head.dataset.sort]: "ascending", [`-${head.dataset.sort}`]: "descending" }[sort];
      if (order) head.parentElement.setAttribute("aria-sort", order);
      else head.parentElement.removeAttribute("aria-sort");
    }
  }

  #group({ key, label, mark, tasks }, some, used) {
    if (!this.#groups.has(key)) this.#groups.set(key, fromTemplate("list-group"));
    const group = this.#groups.get(key);
    group.querySelector(".list-group-head").hidden = !label;
    if (label) {
      part(group, "label").textContent = label;
      part(group, "mark").replaceChildren(mark);
      part(group, "count").textContent = count(tasks.length);
    }
    arrange(part(group, "rows"), some.map((task) => this.#row(`${key}:${task.id}`, task, used)));
    return group;
  }

  #row(key, task, used) {
    used.add(key);
    const known = this.#rows.get(key);
    const row = known ?? fromTemplate("task-row");
    if (this.#everything || row.task !== task) drawRow(row, task);
    if (!known) this.#rows.set(key, row);
    return row;
  }

  #mark() {
    for (const row of this.#all) row.toggleAttribute("data-open", row.task.number === router.current.task);
  }

  #click(event) {
    const head = event.target.closest("[data-sort]");
    if (head) boardView.change({ sort: nextSort(boardView.filter.sort, head.dataset.sort) });
    if (event.target.closest('[data-part="more"]')) this.#drawMore();
  }

  #drawMore() {
    this.#drawn += PAGE;
    this.#draw();
  }

  #watchEnd() {
    const seen = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#drawMore(), { root: this, rootMargin: "600px 0px" });
    seen.observe(part(this, "more"));
    this.#stop.push(() => seen.disconnect());
  }
}

function drawRow(row, task) {
  row.task = task;
  row.dataset.taskId = task.id;
  const link = part(row, "title");
  link.textContent = task.title;
  link.href = addressOf({ ...router.current, project: store.project.id, task: task.number, view: null });
  part(row, "ref").textContent = task.ref;
  part(row, "column").textContent = store.columns.get(task.column)?.name ?? "";
  row.toggleAttribute("data-completed", Boolean(task.completed_at));
  drawTick(row.querySelector(".task-tick"), task);
  drawDue(part(row, "due"), task);
  row.dataset.priority = task.priority;
  part(row, "priority").textContent = task.priority === "none" ? "" : priorityWord(task.priority);
  const labels = task.labels.map((id) => store.labels.get(id)).filter(Boolean);
  part(row, "labels").replaceChildren(
    ...labels.map(({ name, colour }) => element("span", { className: "label-chip", textContent: name, dataset: { colour }, dir: "auto", title: name })),
  );
  const faces = task.assignees.slice(0, FACES).map((user) => avatarOf(user, { size: 20, named: true }));
  const more = task.assignees.length - faces.length;
  if (more > 0) faces.push(element("span", { className: "avatar avatar-more", dataset: { size: "20" }, textContent: `+${more}` }));
  part(row, "people").replaceChildren(...faces);
  markSelected(row, task.id);
}

function drawTick(tick, task) {
  tick.setAttribute("aria-checked", String(Boolean(task.completed_at)));
  tick.setAttribute("aria-label", interpolate(gettext("%(ref)s completed"), task));
  tick.disabled = !may("move_tasks");
}

function drawDue(due, { due_at, completed_at }) {
  due.textContent = due_at ? dueText(due_at) : "";
  due.title = due_at ? fullMoment(due_at) : "";
  due.dateTime = due_at ?? "";
  due.dataset.state = !due_at ? "" : completed_at ? "done" : dueState(due_at);
}

customElements.define("task-list", TaskList);
