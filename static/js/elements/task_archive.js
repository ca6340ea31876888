/* <task-archive>: what was taken off the board, newest first, each with its page and a way back. Read when it is opened. */

import { api } from "../helpers/api.js";
import { arrange, element, oncePerFrame, part } from "../helpers/dom.js";
import { may } from "../helpers/rights.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";

export class TaskArchive extends HTMLElement {
  #stop = [];
  #rows = new Map(); // id -> its element
  #next = null;
  #draw = oncePerFrame(() => this.#drawNow());

  connectedCallback() {
    this.#stop = [store.on("away", () => this.#draw()), store.on("me", () => this.#draw())];
    document.addEventListener("click", this);
    part(this, "more").addEventListener("click", () => this.#load());
    part(this, "close").addEventListener("click", () => this.dialog.close());
    router.on(() => this.dialog.open && this.dialog.close());
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    document.removeEventListener("click", this);
  }

  get dialog() {
    return this.querySelector("dialog");
  }

  handleEvent(event) {
    if (event.target.closest("[data-action=archive]")) this.#open();
    else if (event.target === this.dialog) this.dialog.close();
  }

  #open() {
    this.#next = null;
    this.dialog.showModal();
    this.#drawNow();
    this.#load();
  }

  async #load() {
    const page = this.#next === null ? "" : `&before=${this.#next}`;
    this.#tell("");
    try {
      const { items, next } = await api.get(`projects/${store.project.id}/tasks?archived=true${page}`);
      this.#next = next;
      for (const row of items) store.tasks.put(row);
    } catch (error) {
      this.#tell(error.words ?? error.message);
    }
    this.#drawNow();
  }

  #drawNow() {
    if (!this.dialog.open) return;
    const tasks = store.tasks.away().sort((one, other) => other.id - one.id);
    for (const id of [...this.#rows.keys()]) if (!tasks.some((task) => task.id === id)) this.#rows.delete(id);
    const focused = this.contains(document.activeElement);
    arrange(part(this, "list"), tasks.map((task) => this.#row(task)));
    part(this, "empty").hidden = tasks.length > 0;
    part(this, "more").hidden = this.#next === null;
    if (focused && !this.contains(document.activeElement)) part(this, "close").focus();
  }

  #row(task) {
    const row = this.#rows.get(task.id) ?? this.#make(task);
    this.#rows.set(task.id, row);
    const link = row.querySelector("a");
    link.textContent = task.title;
    link.href = addressOf({ project: store.project.id, task: task.number });
    row.querySelector("button").hidden = !may("move_tasks");
    return row;
  }

  #make({ id, ref }) {
    const restore = element("button", {
      type: "button",
      className: "btn btn-sm btn-secondary",
      textContent: gettext("Restore"),
      attributes: { "aria-label": interpolate(gettext("Restore %(ref)s"), { ref }) },
    });
    restore.addEventListener("click", async () => {
      restore.disabled = true;
      try {
        await changes.unarchive(id);
        this.#tell("");
      } catch (error) {
        this.#tell(error.words ?? error.message);
        restore.disabled = false;
      }
    });
    return element(
      "li",
      { className: "archive-row" },
      element("span", { className: "reference", textContent: ref }),
      element("a", { className: "truncate", dir: "auto" }),
      restore,
    );
  }

  #tell(words) {
    part(this, "error").textContent = words;
    part(this, "error").hidden = !words;
  }
}

customElements.define("task-archive", TaskArchive);
