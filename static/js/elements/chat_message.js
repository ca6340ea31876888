/* <chat-message>: one message, sent or on its way; edited and deleted in its own place. */

import { copy } from "../helpers/clipboard.js";
import { fromTemplate, part, setRendered } from "../helpers/dom.js";
import { clock, dayName, fullMoment } from "../helpers/format.js";
import { nameReferences } from "../helpers/references.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { outbox } from "../models/message_outbox.js";
import { store } from "../models/project_store.js";
import "./file_list.js";
import { MessageEditor } from "./message_editor.js";
import "./message_reactions.js";
import { MessageRemoval } from "./message_removal.js";
import "./message_thread.js";
import { toast } from "./toast_stack.js";

export class ChatMessage extends HTMLElement {
  /** The server's row, or null; the outbox's entry while the server has not confirmed it. */
  row = null;
  entry = null;

  #editor = new MessageEditor(this);
  #removal = new MessageRemoval(this);
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
    return this.#editor.isOpen;
  }

  get mayEdit() {
    return Boolean(this.row) && !this.row.deleted_at && this.mine && may("chat");
  }

  get mayDelete() {
    return Boolean(this.row) && !this.row.deleted_at && ((this.mine && may("chat")) || may("delete_messages"));
  }

  /** Draws it: a row, or an entry of the outbox; `grouped` under the author's name above. */
  show({ row = null, entry = null, grouped = false }) {
    if (row?.deleted_at) this.#editor.close({ focus: false });
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
      "save-edit": () => this.#editor.save(),
      "cancel-edit": () => this.#editor.close(),
      "delete-now": () => this.#removal.remove(),
      "cancel-delete": () => this.#removal.close(),
      "copy-orphan": () => copyAndSay(this.#editor.text),
      "close-orphan": () => this.#tell("message:close-orphan"),
    }[button.dataset.act];
    if (!act) return;
    event.stopPropagation();
    act();
  }

  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }

  edit() {
    if (!this.mayEdit) return;
    if (this.editing) return this.#editor.focus();
    this.#removal.close({ focus: false });
    this.#editor.open();
  }

  confirmDelete() {
    if (!this.mayDelete) return;
    this.#editor.close({ focus: false });
    this.#removal.ask();
  }

  /** Deleted by another while it was edited here. */
  orphan(by) {
    this.#orphaned = true;
    part(this, "body").replaceChildren();
    part(this, "files").show([]);
    part(this, "more").hidden = true;
    part(this, "edited").hidden = true;
    this.#editor.orphan(by);
  }
}

customElements.define("chat-message", ChatMessage);

/** A new, empty message element. */
export const messageElement = () => fromTemplate("chat-message");

export async function copyAndSay(text, said = gettext("Copied.")) {
  const done = await copy(text);
  toast({ text: done ? said : gettext("This browser does not allow copying here."), key: "copy" });
}
