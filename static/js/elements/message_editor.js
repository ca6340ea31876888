/* Editing a message in its place: what <chat-message> shows instead of the words. */

import { api } from "../helpers/api.js";
import { fromTemplate, leaveFocus, part } from "../helpers/dom.js";
import { drafts } from "../helpers/drafts.js";
import { gettext, interpolate } from "../helpers/words.js";
import { LONGEST, grow, lengthOf, markByKey } from "../helpers/writing.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

export class MessageEditor {
  #message;
  #bar = null;

  constructor(message) {
    this.#message = message;
  }

  get isOpen() {
    return this.#bar !== null;
  }

  get text() {
    return this.#field.value;
  }

  get #field() {
    return part(this.#bar, "input");
  }

  get #draft() {
    return `message:${this.#message.messageId}`;
  }

  open() {
    const { row } = this.#message;
    this.#put("message-editor");
    this.#message.dataset.editing = "";
    part(this.#message, "body").hidden = true;
    const field = this.#field;
    field.value = drafts.get(this.#draft) ?? row.body;
    field.addEventListener("input", () => this.#wrote(field));
    field.addEventListener("keydown", (event) => this.#key(event));
    leaveFocus(this.#bar.querySelectorAll(".message-editor-foot button"));
    part(this.#bar, "mentions")?.serve(field, () => store.rooms.get(row.room)?.members ?? []);
    grow(field);
    this.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    this.#message.scrollIntoView({ block: "nearest" });
  }

  focus() {
    this.#field.focus();
  }

  close({ focus = true } = {}) {
    if (!this.#bar) return;
    drafts.delete(this.#draft);
    this.#bar.remove();
    this.#bar = null;
    delete this.#message.dataset.editing;
    part(this.#message, "body").hidden = false;
    if (focus) this.#message.dispatchEvent(new CustomEvent("message:edited", { bubbles: true }));
  }

  async save() {
    const field = this.#field;
    const text = field.value;
    const { row, messageId } = this.#message;
    if (!text.trim() && !row.attachments?.length) {
      this.close({ focus: false });
      return this.#message.confirmDelete();
    }
    if (text === row.body) return this.close();
    const bar = this.#bar;
    if (bar.getAttribute("aria-busy") || lengthOf(text) > LONGEST) return;
    bar.setAttribute("aria-busy", "true");
    this.#say("");
    try {
      const saved = await api.patch(`messages/${messageId}`, { body: text });
      store.messages.put(saved);
      // It may have been closed meanwhile, and opened again.
      if (bar === this.#bar && field.value === text) this.close({ focus: field === document.activeElement });
    } catch (error) {
      if (error.status === 404) store.messages.delete(messageId);
      else if (bar === this.#bar) this.#say(error.words ?? error.message);
      else toast({ text: error.words ?? error.message, kind: "danger" });
    } finally {
      bar.removeAttribute("aria-busy");
    }
  }

  /** Deleted by another while it was edited here: says so, and keeps what was written. */
  orphan(by) {
    const { text } = this;
    drafts.delete(this.#draft);
    this.#bar.remove();
    this.#put("message-orphan");
    const name = by && by !== store.me?.id ? store.person(by).name : null;
    part(this.#bar, "orphan-words").textContent = name
      ? interpolate(gettext("%(name)s deleted this message. What you wrote is kept here."), { name })
      : gettext("This message was deleted. What you wrote is kept here.");
    this.#field.value = text;
    grow(this.#field);
    this.#bar.querySelector("[data-act=copy-orphan]").focus();
  }

  #put(template) {
    this.#bar = fromTemplate(template);
    part(this.#message, "body").after(this.#bar);
  }

  #wrote(field) {
    grow(field);
    drafts.set(this.#draft, field.value);
    this.#say(lengthOf(field.value) > LONGEST ? gettext("This is too long: at most 20,000 characters.") : "");
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (markByKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.save();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else {
      event.stopPropagation(); // the arrow keys are the field's here
    }
  }

  #say(words) {
    const trouble = part(this.#bar, "editor-trouble");
    trouble.hidden = !words;
    trouble.textContent = words;
  }
}
