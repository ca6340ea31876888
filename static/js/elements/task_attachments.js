/* <task-attachments>: the files of the open task, oldest first. Dropped anywhere on the panel, pasted or chosen; taken
   off with a way back. */

import { api } from "../helpers/api.js";
import { element, icon, oncePerFrame, part } from "../helpers/dom.js";
import { takeDrops, takePastes } from "../helpers/dropping.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { taskTray } from "../models/trays.js";
import "./file_list.js";
import { chooseFiles, tellOfLeftOut } from "./file_tray.js";
import { toast } from "./toast_stack.js";

export class TaskAttachments extends HTMLElement {
  #task = null;
  #stop = [];
  #draw = oncePerFrame(() => this.#drawNow());

  connectedCallback() {
    this.#stop = [
      store.on("attachment", ({ action, row, previous }) => action !== "reset" && (row ?? previous)?.task === this.#task && this.#draw()),
      store.on("reset", () => this.#task && this.#load()),
      ...["me", "project"].map((noun) => store.on(noun, () => this.#draw())),
    ];
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    const panel = this.closest("task-panel");
    const allowed = () => this.#task !== null && may("edit_tasks");
    takeDrops(panel, (brought) => this.#add(brought), allowed);
    takePastes(panel, (brought) => this.#add(brought), allowed);
    part(this, "attach").addEventListener("click", () => chooseFiles((files) => this.#add({ files, folders: 0 })));
    this.addEventListener("tray:emptied", () => part(this, "attach").focus());
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  /** Id of the task; null closes. */
  set task(id) {
    if (id === this.#task) return;
    this.#task = id;
    part(this, "tray").uploads = id === null ? null : taskTray(id);
    if (id === null) return;
    if (store.tasks.get(id)?.attachment_count) this.#load();
    this.#drawNow();
  }

  async #load() {
    const task = this.#task;
    try {
      const { items } = await api.get(`tasks/${task}/attachments`);
      for (const row of items) store.attachments.put(row);
    } catch (error) {
      if (task === this.#task && error.status !== 404) toast({ text: error.words ?? error.message, kind: "danger" });
    }
  }

  #add({ files, folders }) {
    tellOfLeftOut({ folders, many: taskTray(this.#task).add(files) });
    this.scrollIntoView({ block: "nearest" });
  }

  #drawNow() {
    if (this.#task === null) return;
    const rows = store.attachments.where(({ task }) => task === this.#task).sort((one, other) => one.id - other.id);
    const mine = may("edit_tasks");
    part(this, "list").show(rows, { tools: mine ? (row) => [this.#removal(row)] : null });
    part(this, "attach").hidden = !mine;
    this.hidden = !mine && !rows.length;
  }

  #removal(row) {
    const label = interpolate(gettext("Take off %(name)s"), { name: row.name });
    const button = element("button", { type: "button", className: "btn btn-icon file-remove", title: gettext("Take off"), attributes: { "aria-label": label } }, icon("x-lg"));
    button.addEventListener("click", () => this.#remove(row));
    return button;
  }

  #remove(row) {
    part(this, "attach").focus({ preventScroll: true });
    toast({
      text: interpolate(gettext("%(name)s was taken off."), { name: row.name }),
      key: `attachment:${row.id}`,
      done: this.#takeOff(row),
      undo: async () => store.attachments.put(await api.post(`attachments/${row.id}/restore`), { revive: true }),
    });
  }

  /** Whether it was this person who took it off. */
  async #takeOff({ id }) {
    const show = store.attachments.overlay(id, { hidden: true });
    try {
      await api.delete(`attachments/${id}`);
      store.attachments.delete(id);
      return true;
    } catch (error) {
      if (error.status === 404) store.attachments.delete(id);
      else toast({ text: error.words ?? error.message, kind: "danger" });
      return false;
    } finally {
      show();
    }
  }
}

customElements.define("task-attachments", TaskAttachments);
