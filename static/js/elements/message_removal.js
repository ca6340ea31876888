/* Deleting a message: <chat-message> asks in its own place first. */

import { api } from "../helpers/api.js";
import { fromTemplate, part } from "../helpers/dom.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

const EMPTIED = { body: "", html: "", edited_at: null, pinned_at: null, reactions: [], attachments: [], forwarded: null };

export class MessageRemoval {
  #message;
  #bar = null;

  constructor(message) {
    this.#message = message;
  }

  ask() {
    if (!this.#bar) {
      this.#bar = fromTemplate("message-delete");
      this.#bar.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        this.close();
      });
      this.#message.querySelector(".message-main").append(this.#bar);
      this.#message.dataset.confirming = "";
    }
    this.#bar.querySelector('[data-act="delete-now"]').focus();
    this.#message.scrollIntoView({ block: "nearest" });
  }

  close({ focus = true } = {}) {
    if (!this.#bar) return;
    this.#bar.remove();
    this.#bar = null;
    delete this.#message.dataset.confirming;
    if (focus) this.#message.focus();
  }

  async remove() {
    const id = this.#message.messageId;
    const bar = this.#bar;
    if (bar.getAttribute("aria-busy")) return;
    bar.setAttribute("aria-busy", "true"); // not disabled: that would lose the focus
    try {
      await api.delete(`messages/${id}`);
    } catch (error) {
      if (error.status !== 404) return this.#refused(bar, error.words ?? error.message);
    }
    const row = store.messages.confirmed(id);
    // What was answered keeps its place, and none of its words.
    if (!row?.reply_count) return store.messages.delete(id);
    this.close();
    store.messages.put({ ...row, ...EMPTIED, deleted_at: new Date().toISOString() });
  }

  /** Said beside the question, or where that is closed by now, at the edge of the page. */
  #refused(bar, words) {
    if (bar !== this.#bar) return toast({ text: words, kind: "danger" });
    bar.removeAttribute("aria-busy");
    const trouble = part(bar, "delete-trouble");
    trouble.hidden = false;
    trouble.textContent = words;
  }
}
