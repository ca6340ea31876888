/* <chat-message>: one message, sent or on its way; edited, deleted and kept in its own place. */

import { api } from "../helpers/api.js";
import { copy } from "../helpers/clipboard.js";
import { fromTemplate, leaveFocus, part, setRendered } from "../helpers/dom.js";
import { drafts } from "../helpers/drafts.js";
import { clock, dayName, fullMoment } from "../helpers/format.js";
import { nameReferences } from "../helpers/references.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { LONGEST, grow, lengthOf, markByKey } from "../helpers/writing.js";
import { outbox } from "../models/message_outbox.js";
import { store } from "../models/project_store.js";
import "./file_list.js";
import "./message_reactions.js";
import "./message_thread.js";
import { toast } from "./toast_stack.js";

export class ChatMessage extends HTMLElement {
  /** The server's row, or null; the outbox's entry while the server has not confirmed it. */
  row = null;
  entry = null;

  #editor = null;
  #confirm = null;
  #orphaned = false;

  connectedCallback() {
    if (this.dataset.wired) return;
    this.dataset.wired = "";
    this.addEventListener("click", (event) => this.#act(event));
  }

  get messageId() {
    return this.row?.id ?? null;
  }

  get author() {
    return this.row?.author ?? store.me.id;
  }

  get mine() {
    return this.author === store.me?.id;
  }

  get editing() {
    return this.#editor !== null;
  }

  get mayEdit() {
    return Boolean(this.row) && !this.row.deleted_at && this.mine && may("chat");
  }

  get mayDelete() {
    return Boolean(this.row) && !this.row.deleted_at && ((this.mine && may("chat")) || may("delete_messages"));
  }

  /** Draws it: a row, or an entry of the outbox; `grouped` under the author's name above. */
  show({ row = null, entry = null, grouped = false }) {
    if (row?.deleted_at && this.#editor) this.stopEditing({ focus: false });
    const same = this.row === row && this.entry === entry && this.dataset.grouped === String(grouped);
    if (same || this.#orphaned) return;
    const bodyChanged = row ? this.row?.html !== row.html || this.row?.deleted_at !== row.deleted_at : this.entry?.body !== entry.body || this.row !== null;
    Object.assign(this, { row, entry });
    Object.assign(this.dataset, { grouped, state: entry?.state ?? "sent", own: this.mine });
    if (row && !("copy" in this.dataset)) this.id = `message-${row.id}`;
    if (bodyChanged) this.#drawBody();
    part(this, "files").show((row ?? entry).attachments ?? []);
    this.#drawHead();
    this.#drawTrouble();
    this.#drawBelow();
  }

  /** The person's name, or a task's title, may have changed. */
  refresh() {
    if (this.#orphaned || !(this.row || this.entry)) return;
    this.#drawHead();
    if (this.row) nameReferences(part(this, "body"));
  }

  get label() {
    const at = this.row?.created_at ?? new Date(this.entry.at).toISOString();
    const words = { sending: gettext("sending"), waiting: gettext("not sent yet"), failed: gettext("not sent") }[this.entry?.state];
    const label = interpolate(gettext("%(name)s, %(day)s %(time)s"), {
      name: store.person(this.author).name, day: dayName(at), time: clock(at),
    });
    return words && !this.row ? `${label}, ${words}` : label;
  }

  #drawHead() {
    const at = this.row?.created_at ?? new Date(this.entry.at).toISOString();
    const grouped = this.dataset.grouped === "true";
    part(this, "head").hidden = grouped;
    part(this, "avatar").hidden = grouped;
    if (Number(part(this, "avatar").getAttribute("user")) !== this.author) part(this, "avatar").setAttribute("user", this.author);
    part(this, "author").textContent = store.person(this.author).name;
    for (const name of ["time", "beside"]) {
      const time = part(this, name);
      Object.assign(time, { textContent: clock(at), dateTime: at, title: fullMoment(at) });
    }
    const edited = part(this, "edited");
    edited.hidden = !this.row?.edited_at;
    if (this.row?.edited_at) edited.title = fullMoment(this.row.edited_at);
    part(this, "more").hidden = !this.row;
    this.setAttribute("aria-label", this.label);
  }

  #drawBody() {
    const body = part(this, "body");
    body.classList.toggle("message-plain", !this.row);
    if (!this.row) {
      body.textContent = this.entry.body;
      return;
    }
    this.toggleAttribute("data-emptied", Boolean(this.row.deleted_at));
    if (this.row.deleted_at) {
      body.textContent = gettext("This message was deleted.");
      return;
    }
    setRendered(body, this.row.html);
    nameReferences(body);
    const wide = body.querySelectorAll("pre, table");
    // What scrolls sideways must be reachable without a pointer.
    if (wide.length) requestAnimationFrame(() => wide.forEach((each) => each.scrollWidth > each.clientWidth && (each.tabIndex = 0)));
  }

  /** Reactions, the thread, the pin, and where it was forwarded from. */
  #drawBelow() {
    const { row } = this;
    part(this, "reactions").show(row);
    part(this, "thread").show("copy" in this.dataset ? null : row);
    part(this, "pinned").hidden = !row?.pinned_at;
    if (row?.pinned_at) part(this, "pinned-by").textContent = interpolate(gettext("Pinned by %(name)s"), store.person(row.pinned_by));
    const { forwarded } = row ?? {};
    part(this, "forwarded").hidden = !forwarded;
    if (!forwarded) return;
    part(this, "forwarded-words").textContent = interpolate(gettext("Forwarded from %(name)s"), store.person(forwarded.author));
    part(this, "source").href = `/projects/${store.project.id}/messages/${forwarded.message}/`;
  }

  #drawTrouble() {
    const troubled = !this.row && ["waiting", "failed"].includes(this.entry?.state);
    const trouble = part(this, "trouble");
    trouble.hidden = !troubled;
    if (troubled) part(this, "trouble-words").textContent = this.entry.words;
  }

  // What is done to it

  #act(event) {
    const button = event.target.closest("[data-act]");
    if (!button || !this.contains(button)) return;
    const act = {
      retry: () => outbox.retry(this.entry?.client_id),
      discard: () => this.#tell("message:discard"),
      "take-back": () => this.#tell("message:take-back"),
      "save-edit": () => this.#save(),
      "cancel-edit": () => this.stopEditing(),
      "delete-now": () => this.#delete(),
      "cancel-delete": () => this.#closeConfirm(),
      "copy-orphan": () => copyAndSay(part(this.#editor, "input").value),
      "close-orphan": () => this.#tell("message:close-orphan"),
    }[button.dataset.act];
    if (!act) return;
    event.stopPropagation();
    act();
  }

  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }

  get #draft() {
    return `message:${this.messageId}`;
  }

  edit() {
    if (!this.mayEdit) return;
    if (this.#editor) return part(this.#editor, "input").focus();
    this.#closeConfirm({ focus: false });
    this.#editor = fromTemplate("message-editor");
    this.dataset.editing = "";
    part(this, "body").hidden = true;
    part(this, "body").after(this.#editor);
    const field = part(this.#editor, "input");
    field.value = drafts.get(this.#draft) ?? this.row.body;
    field.addEventListener("input", () => this.#wrote(field));
    field.addEventListener("keydown", (event) => this.#editorKey(event));
    leaveFocus(this.#editor.querySelectorAll(".message-editor-foot button"));
    part(this.#editor, "mentions")?.serve(field, () => store.rooms.get(this.row.room)?.members ?? []);
    grow(field);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    this.scrollIntoView({ block: "nearest" });
  }

  stopEditing({ focus = true } = {}) {
    if (!this.#editor) return;
    drafts.delete(this.#draft);
    this.#editor.remove();
    this.#editor = null;
    delete this.dataset.editing;
    part(this, "body").hidden = false;
    if (focus) this.#tell("message:edited");
  }

  #wrote(field) {
    grow(field);
    drafts.set(this.#draft, field.value);
    this.#say(lengthOf(field.value) > LONGEST ? gettext("This is too long: at most 20,000 characters.") : "");
  }

  #editorKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (markByKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#save();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.stopEditing();
    } else {
      event.stopPropagation(); // the arrow keys are the field's here
    }
  }

  async #save() {
    const field = part(this.#editor, "input");
    const text = field.value;
    if (!text.trim() && !this.row.attachments?.length) {
      this.stopEditing({ focus: false });
      return this.confirmDelete();
    }
    if (text === this.row.body) return this.stopEditing();
    if (this.#editor.getAttribute("aria-busy") || lengthOf(text) > LONGEST) return;
    this.#editor.setAttribute("aria-busy", "true");
    this.#say("");
    try {
      const row = await api.patch(`messages/${this.messageId}`, { body: text });
      store.messages.put(row);
      if (field.value === text) this.stopEditing({ focus: field === document.activeElement });
    } catch (error) {
      if (error.status === 404) store.messages.delete(this.messageId);
      else this.#say(error.words ?? error.message);
    } finally {
      this.#editor?.removeAttribute("aria-busy");
    }
  }

  #say(words) {
    const trouble = part(this.#editor, "editor-trouble");
    trouble.hidden = !words;
    trouble.textContent = words;
  }

  confirmDelete() {
    if (!this.mayDelete) return;
    this.stopEditing({ focus: false });
    if (!this.#confirm) {
      this.#confirm = fromTemplate("message-delete");
      this.#confirm.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        this.#closeConfirm();
      });
      this.querySelector(".message-main").append(this.#confirm);
      this.dataset.confirming = "";
    }
    this.#confirm.querySelector('[data-act="delete-now"]').focus();
    this.scrollIntoView({ block: "nearest" });
  }

  #closeConfirm({ focus = true } = {}) {
    if (!this.#confirm) return;
    this.#confirm.remove();
    this.#confirm = null;
    delete this.dataset.confirming;
    if (focus) this.focus();
  }

  async #delete() {
    const id = this.messageId;
    const bar = this.#confirm;
    if (bar.getAttribute("aria-busy")) return;
    bar.setAttribute("aria-busy", "true"); // not disabled: that would lose the focus
    try {
      await api.delete(`messages/${id}`);
    } catch (error) {
      if (error.status !== 404) {
        bar.removeAttribute("aria-busy");
        const trouble = part(bar, "delete-trouble");
        trouble.hidden = false;
        trouble.textContent = error.words ?? error.message;
        return;
      }
    }
    const row = store.messages.confirmed(id);
    // What was answered keeps its place, and none of its words.
    if (!row?.reply_count) return store.messages.delete(id);
    this.#closeConfirm();
    const emptied = { body: "", html: "", edited_at: null, pinned_at: null, reactions: [], attachments: [], forwarded: null };
    store.messages.put({ ...row, ...emptied, deleted_at: new Date().toISOString() });
  }

  /** Deleted by another while it was edited here: says so, and keeps what was written. */
  orphan(by) {
    const text = part(this.#editor, "input").value;
    drafts.delete(this.#draft);
    this.#orphaned = true;
    this.#editor.remove();
    this.#editor = fromTemplate("message-orphan");
    part(this, "body").replaceChildren();
    part(this, "files").show([]);
    part(this, "body").after(this.#editor);
    part(this, "more").hidden = true;
    part(this, "edited").hidden = true;
    const name = by && by !== store.me?.id ? store.person(by).name : null;
    part(this.#editor, "orphan-words").textContent = name
      ? interpolate(gettext("%(name)s deleted this message. What you wrote is kept here."), { name })
      : gettext("This message was deleted. What you wrote is kept here.");
    const field = part(this.#editor, "input");
    field.value = text;
    grow(field);
    this.#editor.querySelector("[data-act=copy-orphan]").focus();
  }
}

customElements.define("chat-message", ChatMessage);

/** A new, empty message element. */
export const messageElement = () => fromTemplate("chat-message");

export async function copyAndSay(text, said = gettext("Copied.")) {
  const done = await copy(text);
  toast({ text: done ? said : gettext("This browser does not allow copying here."), key: "copy" });
}
