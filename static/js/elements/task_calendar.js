/* <task-calendar>: tasks on the days they are due, in the reader's zone and weeks; a month where there is room, else a
   week, day under day. What has no date stands on a shelf. */

import { arrange, element, fromTemplate, oncePerFrame, part } from "../helpers/dom.js";
import { count, dayKey, dueState, fromLocalInput, fullMoment, toLocalInput } from "../helpers/format.js";
import { may } from "../helpers/rights.js";
import { addressOf, router } from "../helpers/router.js";
import { monthDays, monthStart, plusDays, plusMonths, weekDays, weekStart } from "../helpers/weeks.js";
import { gettext, interpolate, language } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { bulk } from "../models/bulk_changes.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { markSelected } from "./selection_mark.js";
import { linkOf, listenToTasks, neighbour, rove } from "./task_gestures.js";
import { ZoneDrag } from "./zone_drag.js";
import { ZoneLift } from "./zone_lift.js";

const MOST = 4; // of a day, before "more"
const SHELF = 100;
const EVENING = "18:00";
const MINUTE = 60_000;

export class TaskCalendar extends HTMLElement {
  #stop = [];
  #days = new Map();
  #tasks = new Map();
  #opened = new Set();
  #narrow = false;
  #clock;
  #moves = { zones: "[data-day]", may: () => may("edit_tasks"), drop: (ids, { dataset }) => this.#drop(ids, dataset.day) };
  #drag = new ZoneDrag(this, { ...this.#moves, scrolls: ".calendar-days, .calendar-body, .calendar-shelf" });
  #lift = new ZoneLift(this, {
    ...this.#moves,
    next: (zone, key) => this.#next(zone.dataset.day, key),
    name: ({ dataset }) => (dataset.day ? format({ dateStyle: "full" }).format(moment(dataset.day)) : gettext("No due date")),
    begin: () => this.#leaveFrom(),
  });
  #draw = oncePerFrame(() => this.draw());

  connectedCallback() {
    this.#stop = ["task", "filter", "me", "column", "project"].map((noun) => store.on(noun, this.#draw));
    this.#stop.push(router.on(() => this.#mark()));
    this.addEventListener("click", (event) => this.#click(event));
    const later = (days) => (shown, id) => this.#later(id, days);
    listenToTasks(this, {
      step: (shown, key) => neighbour([...this.querySelectorAll(".day-task")], shown, key),
      keys: {
        "Alt+Shift+ArrowRight": later(inline(1)),
        "Alt+Shift+ArrowLeft": later(inline(-1)),
        "Alt+Shift+ArrowDown": later(7),
        "Alt+Shift+ArrowUp": later(-7),
        " ": (shown) => this.#lift.lift(shown),
      },
    });
    this.#watchWidth();
    this.#clock = setInterval(this.#draw, MINUTE);
    this.draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    clearInterval(this.#clock);
  }

  draw() {
    this.hidden = boardView.layout !== "calendar";
    if (this.hidden) return;
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const today = dayKey(new Date());
    const at = this.#at;
    const days = this.#shown;
    this.toggleAttribute("data-movable", this.#moves.may());
    this.#drawTitle(at, days);
    this.#drawWeekdays(days);
    const [dated, shelf] = this.#byDay();
    const used = new Set();
    arrange(part(this, "days"), days.map((day) => this.#day(day, { today, at, tasks: dated.get(day) ?? [], used })));
    this.#drawShelf(shelf, used);
    for (const id of [...this.#tasks.keys()]) if (!used.has(id)) this.#tasks.delete(id);
    this.#mark();
    rove(this);
    if (focused && focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
    else if (focused && !focused.isConnected) part(this, "title").closest("header").querySelector("button").focus();
  }

  /** A day of the month, or of the week, that is shown: as the address says it, else today. */
  get #at() {
    const { at } = boardView.filter;
    return at ? `${at}-01`.slice(0, 10) : dayKey(new Date());
  }

  get #shown() {
    return this.#narrow ? weekDays(this.#at) : monthDays(this.#at);
  }

  /** Shows the month, or the week, of a day; null: today's. */
  #turnTo(day, how) {
    const at = day && (this.#narrow ? weekStart(day) : day.slice(0, 7));
    boardView.change({ at }, how);
    this.draw();
  }

  #byDay() {
    const dated = new Map();
    const shelf = [];
    for (const task of boardView.shown(changes.board.columns().flatMap(({ id }) => changes.board.cards(id)))) {
      if (!task.due_at) {
        if (!task.completed_at) shelf.push(task);
        continue;
      }
      const day = dayKey(task.due_at);
      if (!dated.has(day)) dated.set(day, []);
      dated.get(day).push(task);
    }
    for (const tasks of dated.values()) tasks.sort((one, other) => Date.parse(one.due_at) - Date.parse(other.due_at));
    return [dated, shelf];
  }

  #drawTitle(at, days) {
    const words = this.#narrow
      ? format({ day: "numeric", month: "long" }).formatRange(moment(days[0]), moment(days.at(-1)))
      : format({ month: "long", year: "numeric" }).format(moment(at));
    if (part(this, "title").textContent !== words) part(this, "title").textContent = words;
  }

  #drawWeekdays(days) {
    const names = days.slice(0, 7).map((day) => format({ weekday: "short" }).format(moment(day)));
    part(this, "weekdays").replaceChildren(...names.map((textContent) => element("span", { textContent })));
  }

  #day(day, { today, at, tasks, used }) {
    const made = this.#dayOf(day);
    made.toggleAttribute("data-today", day === today);
    made.toggleAttribute("data-other", !this.#narrow && monthStart(day) !== monthStart(at));
    const name = this.#narrow ? { weekday: "long", day: "numeric", month: "long" } : { day: "numeric" };
    const [heading, list] = made.children;
    heading.textContent = format(name).format(moment(day));
    heading.setAttribute("aria-label", format({ dateStyle: "full" }).format(moment(day)));
    const most = this.#narrow || this.#opened.has(day) || tasks.length === MOST + 1 ? tasks.length : MOST;
    const here = tasks.filter((task, index) => index < most && !this.#lift.isAway(task.id, made));
    arrange(list, [...here.map((task) => this.#task(task, used)), ...this.#carried(made, used)]);
    list.hidden = !list.childElementCount;
    const left = tasks.length - most;
    made.querySelector(".day-more").hidden = left <= 0;
    made.querySelector(".day-more").textContent = left > 0 ? interpolate(gettext("%(count)s more"), { count: count(left) }) : "";
    return made;
  }

  #makeDay(day) {
    const more = element("button", { type: "button", className: "day-more", dataset: { open: day } });
    const list = element("ul", { className: "day-tasks" });
    const heading = element("h3", { className: "day-name" });
    return element("section", { className: "day", dataset: { day } }, heading, list, more);
  }

  #task(task, used) {
    used.add(task.id);
    if (!this.#tasks.has(task.id)) this.#tasks.set(task.id, fromTemplate("day-task"));
    const shown = this.#tasks.get(task.id);
    const link = part(shown, "title");
    shown.dataset.taskId = task.id;
    shown.number = task.number;
    link.textContent = task.title;
    link.href = addressOf({ ...router.current, project: store.project.id, task: task.number, view: null });
    shown.title = task.due_at ? `${task.ref} · ${task.title} · ${fullMoment(task.due_at)}` : `${task.ref} · ${task.title}`;
    shown.toggleAttribute("data-completed", Boolean(task.completed_at));
    shown.dataset.state = task.due_at && !task.completed_at ? dueState(task.due_at) : "";
    markSelected(shown, task.id);
    return shown;
  }

  /** The one that is carried to this place. */
  #carried(zone, used) {
    const shown = this.#lift.cardIn(zone);
    if (shown) used.add(Number(shown.dataset.taskId));
    return shown ? [shown] : [];
  }

  #drawShelf(tasks, used) {
    const shelf = part(this, "shelf");
    const here = tasks.slice(0, SHELF).filter((task) => !this.#lift.isAway(task.id, shelf));
    arrange(part(this, "shelf-tasks"), [...here.map((task) => this.#task(task, used)), ...this.#carried(shelf, used)]);
    part(this, "shelf-tasks").hidden = !tasks.length;
    part(this, "shelf-empty").hidden = tasks.length > 0;
    part(this, "shelf-count").textContent = count(tasks.length);
  }

  #mark() {
    for (const shown of this.#tasks.values()) shown.toggleAttribute("data-open", router.current.task === shown.number);
  }

  #click(event) {
    const go = event.target.closest("[data-go]")?.dataset.go;
    if (go) this.#go(Number(go));
    const day = event.target.closest("[data-open]")?.dataset.open;
    if (day && event.target.closest(".day-more")) {
      this.#opened.add(day);
      this.draw();
      this.#days.get(day).querySelectorAll("a")[MOST]?.focus();
    }
  }

  #go(step) {
    const at = this.#at;
    this.#opened.clear();
    if (!step) return this.#turnTo(null);
    this.#turnTo(this.#narrow ? plusDays(weekStart(at), 7 * step) : plusMonths(at, step));
  }

  #watchWidth() {
    const seen = new ResizeObserver(([{ contentRect }]) => {
      const narrow = contentRect.width > 0 && contentRect.width <= 576;
      if (!contentRect.width || narrow === this.#narrow) return;
      this.#narrow = narrow;
      this.#draw();
    });
    seen.observe(this);
    this.#stop.push(() => seen.disconnect());
  }

  // Other days

  /** The day that an arrow leads to, which comes into sight if it has to; from the shelf to today, or the first shown. */
  #next(day, key) {
    const week = this.#narrow ? 1 : 7;
    const by = { ArrowRight: inline(1), ArrowLeft: inline(-1), ArrowDown: week, ArrowUp: -week }[key];
    const today = dayKey(new Date());
    const to = day ? plusDays(day, by) : this.#shown.includes(today) ? today : this.#shown[0];
    if (!this.#shown.includes(to)) this.#turnTo(to, { replace: true });
    return this.#dayOf(to);
  }

  #dayOf(day) {
    if (!this.#days.has(day)) this.#days.set(day, this.#makeDay(day));
    return this.#days.get(day);
  }

  /** What shows again what is shown now. */
  #leaveFrom() {
    const { at } = boardView.filter;
    return () => boardView.filter.at !== at && boardView.change({ at }, { replace: true });
  }

  /** Each keeps its time of day; what had no date is due in the evening. */
  #drop(ids, day) {
    if (!day) return bulk.change(ids, { due_at: null });
    const byTime = new Map();
    for (const id of ids) byTime.set(timeOf(store.tasks.get(id)), [...(byTime.get(timeOf(store.tasks.get(id))) ?? []), id]);
    for (const [time, some] of byTime) bulk.change(some, { due_at: fromLocalInput(`${day}T${time}`) });
  }

  #later(id, days) {
    const task = store.tasks.get(id);
    if (!task?.due_at || !may("edit_tasks")) return;
    const day = plusDays(dayKey(task.due_at), days);
    bulk.change([id], { due_at: fromLocalInput(`${day}T${timeOf(task)}`) });
    if (this.#shown.includes(day)) this.draw();
    else this.#turnTo(day, { replace: true });
    linkOf(this.#tasks.get(id))?.focus();
  }
}

const timeOf = (task) => (task?.due_at ? toLocalInput(task.due_at).slice(11) : EVENING);
const moment = (day) => new Date(`${day}T12:00Z`);
const format = (options) => new Intl.DateTimeFormat(language(), { ...options, timeZone: "UTC" });
const inline = (step) => (document.documentElement.dir === "rtl" ? -step : step);

customElements.define("task-calendar", TaskCalendar);
