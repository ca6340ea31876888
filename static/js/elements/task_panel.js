/* <task-panel>: the open task, over the board's right, at an address of its own. */

import { api } from "../helpers/api.js";
import { arrange, icon, isWriting, oncePerFrame, part } from "../helpers/dom.js";
import { relativeTime } from "../helpers/format.js";
import { followReference } from "../helpers/references.js";
import { may } from "../helpers/rights.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { stream } from "../models/event_stream.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { parts } from "../models/task_parts.js";
import { showPerson } from "./person_card.js";
import { copyLink, openMoveMenu, openTaskMenu } from "./task_menu.js";
import { toast } from "./toast_stack.js";
import { avatarOf } from "./user_avatar.js";

const SAVED_SHOWS = 2_000;
const WORST_FIRST = ["failed", "conflict", "saving", "dirty", "saved", "clean"];

export class TaskPanel extends HTMLElement {
  #number = null;
  #id = null;
  #deleted = null; // {id, words} of the open task that somebody has deleted under one's eyes
  #stop = [];
  #saved = null;
  #texts = new Map(); // how each text of the open task stands: {field, state, words}
  #draw = oncePerFrame(() => this.#drawNow());

  connectedCallback() {
    this.tabIndex = -1;
    this.#stop = [
      router.on(() => this.#show()),
      store.on("task", (change) => this.#taskChanged(change)),
      store.on("away", ({ id }) => (id === this.#id || this.#id === null) && this.#number !== null && this.#find()),
      store.on("viewing", ({ task }) => task === this.#id && this.#draw()),
      ...["column", "label", "member", "me", "project", "presence"].map((noun) =>
        store.on(noun, () => this.#number !== null && this.#draw()),
      ),
    ];
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-action=close]")) this.close();
      else followReference(event, showPerson);
    });
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("text:state", ({ detail }) => this.#tellState(detail));
    document.addEventListener("keydown", this);
    part(this, "copy").addEventListener("click", () => copyLink(this.task));
    part(this, "menu").addEventListener("click", () => openTaskMenu(this.#id, part(this, "menu"), { inPanel: true }));
    part(this, "watch").addEventListener("click", () => parts.watch(this.#id, !this.#watching));
    part(this, "unarchive").addEventListener("click", () => this.#unarchive());
    part(this, "undo").addEventListener("click", () => this.#undo());
    part(this, "complete").addEventListener("click", () =>
      this.task.completed_at ? changes.reopen(this.#id) : changes.complete(this.#id),
    );
    this.#show();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    document.removeEventListener("keydown", this);
  }

  get task() {
    return store.tasks.known(this.#id); // be it archived
  }

  get #watching() {
    return Boolean(this.task?.watchers?.includes(store.me.id));
  }

  close() {
    router.closeTask();
  }

  /** Escape anywhere on the page closes the panel, when nothing lies above it. */
  handleEvent(event) {
    if (event.key !== "Escape" || event.defaultPrevented || this.hidden || isWriting(event.target)) return;
    if (document.querySelector("dialog[open], action-menu, .dropdown-menu.show") || event.target.closest("#room"))
      return;
    event.preventDefault();
    this.close();
  }

  #show() {
    const { task: number } = router.current;
    if (number === this.#number) return;
    const [wasOpen, left] = [this.#number !== null, this.#id];
    this.#number = number;
    this.#deleted = null;
    this.#id = number === null ? null : idOf(number);
    stream.viewing(this.#id);
    part(this, "saved").textContent = "";
    if (number === null) return this.#hide(left);
    this.hidden = false;
    if (this.#id === null) this.#fetch(number);
    this.#drawNow();
    part(this, "body").scrollTop = 0;
    if (!wasOpen || !this.contains(document.activeElement)) this.#takeFocus();
  }

  /** Not on the board: it may be archived. */
  async #fetch(number) {
    try {
      const { items } = await api.get(`projects/${store.project.id}/tasks?number=${number}`);
      for (const row of items) store.tasks.put(row);
    } catch {
      // What stands there already says that it is not here.
    }
  }

  async #unarchive() {
    try {
      await changes.unarchive(this.#id);
    } catch (error) {
      toast({ text: error.words ?? error.message, kind: "danger" });
    }
  }

  #takeFocus() {
    (this.#id ? this : part(this, "missing-title")).focus({ preventScroll: true });
  }

  #hide(left) {
    const hadFocus = this.contains(document.activeElement) || document.activeElement === document.body;
    this.#bind(null);
    this.hidden = true;
    if (hadFocus) document.querySelector("task-board")?.focusTask(left);
  }

  #taskChanged({ action, id, previous, by }) {
    if (this.#number === null) return;
    if (action === "reset" || (action === "created" && this.#id === null)) return this.#find();
    if (id !== this.#id) return;
    if (action === "deleted" && !this.task) return this.#gone(previous, by);
    this.#draw();
  }

  /** After a snapshot, or when what was missing comes (back). */
  #find() {
    const id = idOf(this.#number);
    if (id !== this.#id) stream.viewing(id);
    this.#id = id;
    if (id !== null) this.#deleted = null;
    this.#draw();
  }

  #gone(task, by) {
    if (by === null || by === store.me.id) {
      if (store.tasks.confirmed(task.id)) return this.close(); // one's own delete, on its way
    }
    const name = by === null ? gettext("Somebody") : store.person(by).name;
    this.#id = null;
    stream.viewing(null);
    if (by === store.me.id) return this.close();
    this.#deleted = { id: task.id, words: interpolate(gettext("%(name)s deleted %(ref)s."), { name, ref: task.ref }) };
    this.#drawMissing();
  }

  /** Takes somebody's deletion back; the task comes as one that is made. */
  async #undo() {
    try {
      await changes.restore(this.#deleted.id);
      if (this.#id) this.#takeFocus(); // the button that had it is gone
    } catch (error) {
      toast({ text: error.words ?? error.message, kind: "danger" });
    }
  }

  #bind(task) {
    for (const name of ["title-field", "description-field"]) part(this, name).task = task;
    for (const name of ["task-fields", "task-dependencies"]) this.querySelector(name).task = task;
    for (const name of ["task-checklist", "task-attachments", "task-comments"]) this.querySelector(name).task = task?.id ?? null;
  }

  #drawNow() {
    if (this.#number === null) return;
    const { task } = this;
    if (!task) return this.#drawMissing();
    part(this, "missing").hidden = true;
    part(this, "body").hidden = false;
    for (const name of ["complete", "copy", "menu"])
      part(this, name).hidden = name === "complete" && !may("move_tasks");
    part(this, "archived").hidden = !task.archived_at;
    part(this, "unarchive").hidden = !may("move_tasks");
    part(this, "complete").hidden ||= Boolean(task.archived_at);
    part(this, "ref").textContent = task.ref;
    part(this, "complete").replaceChildren(
      icon(task.completed_at ? "arrow-counterclockwise" : "check-circle"),
      task.completed_at ? gettext("Reopen") : gettext("Complete"),
    );
    this.toggleAttribute("data-completed", Boolean(task.completed_at));
    this.#bind(task);
    this.#drawWatching(task);
    this.#drawViewers(task);
    this.#drawHistory(task);
  }

  #drawMissing() {
    const ref = `${store.project.key}-${this.#number}`;
    const words = this.#deleted?.words ?? interpolate(gettext("There is no task %(ref)s here."), { ref });
    const undoing = Boolean(this.#deleted) && may("delete_tasks");
    this.#bind(null);
    part(this, "missing-why").hidden = Boolean(this.#deleted);
    part(this, "undo").hidden = !undoing;
    part(this, "back").hidden = undoing;
    part(this, "archived").hidden = true;
    part(this, "missing").hidden = false;
    part(this, "body").hidden = true;
    part(this, "missing-title").textContent = words;
    part(this, "ref").textContent = "";
    for (const name of ["complete", "watch", "copy", "menu"]) part(this, name).hidden = true;
    arrange(part(this, "viewers"), []);
  }

  #drawWatching({ watchers = [] }) {
    const button = part(this, "watch");
    const names = watchers.map((user) => store.person(user).name).join(", ");
    button.hidden = !may("comment");
    button.setAttribute("aria-pressed", String(this.#watching));
    button.title = names ? interpolate(gettext("Watched by %(names)s"), { names }) : gettext("Nobody watches it");
    part(button, "eye").replaceChildren(icon(this.#watching ? "eye-fill" : "eye"));
    part(button, "watchers").textContent = watchers.length || "";
  }

  #drawViewers(task) {
    const viewers = store.viewing.of(task.id).filter((user) => user !== store.me.id);
    const place = part(this, "viewers");
    arrange(
      place,
      viewers.map(
        (user) =>
          place.querySelector(`user-avatar[user="${user}"]`) ??
          avatarOf(user, { size: 24, presence: true, named: true }),
      ),
    );
    const names = viewers.map((user) => store.person(user).name).join(", ");
    place.title = names ? interpolate(gettext("Here too: %(names)s"), { names }) : "";
  }

  #drawHistory(task) {
    const made = interpolate(gettext("Created by %(name)s, %(when)s"), {
      name: nameOf(task.created_by),
      when: relativeTime(task.created_at),
    });
    const changed = interpolate(gettext("changed by %(name)s, %(when)s"), {
      name: nameOf(task.updated_by),
      when: relativeTime(task.updated_at),
    });
    part(this, "history").textContent = task.version > 1 ? `${made}; ${changed}` : made;
  }

  /** One word for all texts: that of the worst, so that none is called saved while another is not. */
  #tellState(text) {
    this.#texts.set(text.field, text);
    const [{ state, words }] = [...this.#texts.values()].sort(
      (one, other) => WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state),
    );
    const place = part(this, "saved");
    if (place.dataset.state === state && place.title === words) return;
    clearTimeout(this.#saved);
    const said = {
      saving: gettext("Saving …"),
      saved: gettext("Saved"),
      failed: gettext("Not saved"),
      conflict: gettext("Not saved"),
    };
    place.textContent = said[state] ?? "";
    place.dataset.state = state;
    place.title = words;
    if (state === "saved") this.#saved = setTimeout(() => (place.textContent = ""), SAVED_SHOWS);
  }

  #key(event) {
    if (event.key === "Enter" && event.target.matches("a.mention")) return followReference(event, showPerson);
    if (
      event.defaultPrevented ||
      isWriting(event.target) ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      !this.#id
    )
      return;
    const act = {
      e: () => part(this, "description-field").edit(),
      a: () => this.querySelector("task-fields").open("assignees"),
      l: () => this.querySelector("task-fields").open("labels"),
      m: () => openMoveMenu(this.#id, part(this, "menu")),
      ".": () => openTaskMenu(this.#id, part(this, "menu"), { inPanel: true }),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}

const idOf = (number) =>
  [...store.tasks.all(), ...store.tasks.away()].find((task) => task.number === number)?.id ?? null;

const nameOf = (id) => (id === null ? gettext("somebody") : store.person(id).name);

customElements.define("task-panel", TaskPanel);
