/* <task-text field="title">: a text of the open task, edited in place and saving itself; with `rendered` it is shown as
   what the server made of it until one edits. Says how it stands by a bubbling "text:state" {field, state, words}. */

import { api } from "../helpers/api.js";
import { part, setRendered } from "../helpers/dom.js";
import { drafts } from "../helpers/drafts.js";
import { patiently } from "../helpers/patience.js";
import { nameReferences } from "../helpers/references.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { grow } from "../helpers/writing.js";
import { store } from "../models/project_store.js";
import { TextDraft } from "../models/text_draft.js";

const PAUSE = 1_500;

export class TaskText extends HTMLElement {
  #task = null;
  #draft = null;
  #pause = null;
  #editing = false;
  #stop = [];

  connectedCallback() {
    this.#stop = [
      store.on("connection", ({ state }) => state === "live" && this.#draft?.state === "failed" && this.#draft.flush()),
    ];
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    this.#listen();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  get #field() {
    return this.getAttribute("field");
  }

  get #rendered() {
    return this.getAttribute("rendered");
  }

  get #input() {
    return part(this, "input");
  }

  get editing() {
    return this.#editing;
  }

  /** The task as it is now; another one than before begins anew, and what was open is saved. */
  set task(task) {
    if (task?.id !== this.#task?.id) this.#begin(task);
    else if (task && task !== this.#task) {
      this.#task = task;
      this.#draft.upstream(store.tasks.confirmed(task.id) ?? task);
      this.#draw();
    }
  }

  /** From shown to written; for a text without a shown form, into its field. */
  edit() {
    if (!may("edit_tasks")) return;
    this.#open();
    this.#input.focus();
  }

  #begin(task) {
    this.#leave();
    this.#task = task;
    this.#editing = false;
    this.#draft = null;
    if (!task) return;
    const key = `task:${task.id}:${this.#field}`;
    this.#draft = new TextDraft({
      row: store.tasks.confirmed(task.id) ?? task,
      field: this.#field,
      send: async (patch) =>
        store.tasks.put(await patiently(() => api.patch(`tasks/${task.id}`, patch))) ?? store.tasks.confirmed(task.id),
      changed: () => this.#task?.id === task.id && this.#stateChanged(),
      keep: { get: () => drafts.get(key), set: (value) => drafts.set(key, value), delete: () => drafts.delete(key) },
    });
    part(this, "texts").hidden = true;
    if (this.#draft.dirty) this.#open(); // kept over a reload
    this.#draw();
    this.#stateChanged();
  }

  #leave() {
    clearTimeout(this.#pause);
    this.#dropBlankTitle();
    this.#draft?.flush();
  }

  /** A task has a title: an emptied field means "never mind". */
  #dropBlankTitle() {
    if (this.#field === "title" && this.#draft && !this.#draft.text.trim()) this.#draft.discard();
  }

  #open() {
    if (this.#editing) return;
    this.#editing = true;
    this.#draw();
  }

  /** Saves; what is saved is shown again, what is not stays open. */
  async #end() {
    clearTimeout(this.#pause);
    const draft = this.#draft;
    if (!draft) return;
    this.#dropBlankTitle();
    await draft.flush();
    if (draft !== this.#draft || draft.dirty || draft.state === "conflict" || this.contains(document.activeElement))
      return;
    this.#editing = false;
    this.#draw();
  }

  #listen() {
    const input = this.#input;
    input.addEventListener("focus", () => this.#open());
    input.addEventListener("input", () => this.#written());
    input.addEventListener("blur", () => this.#end());
    input.addEventListener("keydown", (event) => this.#key(event));
    part(this, "edit")?.addEventListener("click", () => this.edit());
    part(this, "end")?.addEventListener("click", () => this.#finish());
    part(this, "view")?.addEventListener("click", (event) => {
      if (!event.target.closest("a") && !getSelection().toString()) this.edit();
    });
    part(this, "mine").addEventListener("click", () => this.#draft.keepMine());
    part(this, "take").addEventListener("click", () => {
      this.#draft.takeTheirs();
      this.#finish();
    });
    part(this, "show").addEventListener("click", () => {
      const texts = part(this, "texts");
      texts.hidden = !texts.hidden;
      part(this, "show").setAttribute("aria-expanded", String(!texts.hidden));
    });
  }

  #written() {
    const oneLine = this.#field === "title" ? this.#input.value.replace(/\s*\n\s*/g, " ") : this.#input.value;
    if (oneLine !== this.#input.value) this.#input.value = oneLine;
    this.#draft.edit(oneLine);
    this.#fit();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => oneLine.trim() && this.#draft.flush(), PAUSE);
  }

  #key(event) {
    if (event.isComposing) return;
    const ends =
      event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey || this.#field === "title"));
    if (!ends) return;
    event.preventDefault();
    event.stopPropagation();
    this.#finish();
  }

  #finish() {
    this.#input.blur();
    this.#end();
    this.closest("task-panel")?.focus({ preventScroll: true });
  }

  // Drawing

  #stateChanged() {
    const { state, words } = this.#draft;
    const conflict = state === "conflict";
    part(this, "conflict").hidden = !conflict;
    if (conflict) this.#drawConflict();
    const error = part(this, "error");
    error.hidden = state !== "failed";
    error.textContent = state === "failed" ? `${words} ${gettext("Your text is kept.")}` : "";
    this.dispatchEvent(new CustomEvent("text:state", { bubbles: true, detail: { field: this.#field, state, words } }));
    this.#draw();
  }

  #drawConflict() {
    const { theirs, by, text } = this.#draft;
    const name =
      by === null ? gettext("Somebody") : by === store.me.id ? gettext("You, elsewhere,") : store.person(by).name;
    part(this, "who").textContent = interpolate(gettext("%(name)s changed this just now."), { name });
    part(this, "theirs").textContent = theirs || gettext("(empty)");
    part(this, "own").textContent = text || gettext("(empty)");
  }

  #draw() {
    if (!this.#task) return;
    const changing = may("edit_tasks");
    const input = this.#input;
    if (input.value !== this.#draft.text) this.#setValue(this.#draft.text);
    input.readOnly = !changing;
    if (this.#rendered) {
      part(this, "editor").hidden = !this.#editing;
      part(this, "view").hidden = this.#editing;
      part(this, "edit").hidden = this.#editing || !changing;
      if (!this.#editing) this.#drawRendered(changing);
    }
    this.#fit();
  }

  #drawRendered(changing) {
    const view = part(this, "view");
    const html = this.#task[this.#rendered];
    if (view.dataset.of === `${this.#task.id}:${html}`) return;
    view.dataset.of = `${this.#task.id}:${html}`;
    if (html) {
      setRendered(view, html);
      nameReferences(view);
    } else
      view.textContent = changing
        ? gettext("Nothing written yet. Click to describe it.")
        : gettext("Nothing written yet.");
    view.toggleAttribute("data-empty", !html);
  }

  /** Another text in the field, the caret where it was. */
  #setValue(text) {
    const input = this.#input;
    const focused = document.activeElement === input;
    const { selectionStart, selectionEnd } = input;
    input.value = text;
    if (focused) input.setSelectionRange(Math.min(selectionStart, text.length), Math.min(selectionEnd, text.length));
  }

  #fit() {
    const input = this.#input;
    if (!input.offsetParent) return;
    grow(input);
  }
}

customElements.define("task-text", TaskText);
