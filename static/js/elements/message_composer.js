/* <message-composer>: where one writes. Enter sends, Shift+Enter begins a new line, arrow up edits one's last; what is
   not sent yet is kept per room. Sends bubbling "message:send" {body} and "message:edit-last". */

import { leaveFocus, part } from "../helpers/dom.js";
import { drafts } from "../helpers/drafts.js";
import { count } from "../helpers/format.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { LONGEST, grow, lengthOf, markByKey } from "../helpers/writing.js";
import { stream } from "../models/event_stream.js";
import { store } from "../models/project_store.js";
import "./mention_picker.js";

const NEAR_LIMIT = 1_000;

export class MessageComposer extends HTMLElement {
  #room = null;

  connectedCallback() {
    const { field } = this;
    part(this, "mentions").serve(field, () => store.rooms.get(this.#room)?.members ?? []);
    field.addEventListener("input", () => this.#wrote());
    field.addEventListener("keydown", (event) => this.#key(event));
    part(this, "send").addEventListener("click", () => {
      this.#send();
      field.focus();
    });
    leaveFocus([part(this, "send")]);
    // A field that is not shown has no height; it is measured when it appears.
    new ResizeObserver(() => grow(field)).observe(this);
  }

  get field() {
    return part(this, "input");
  }

  get text() {
    return this.field.value;
  }

  /** The room one writes to: its draft comes with it. */
  set room(room) {
    if (room === this.#room) return;
    this.#room = room;
    part(this, "mentions").close();
    part(this, "typing").room = room;
    this.#write(room === null ? "" : (drafts.get(this.#draft) ?? ""));
  }

  set name(name) {
    this.field.placeholder = interpolate(gettext("Write to %(room)s"), { room: name });
    this.field.setAttribute("aria-label", this.field.placeholder);
  }

  focusField() {
    this.field.focus();
  }

  /** Puts words back that were not sent: before what is written already. */
  takeBack(body) {
    this.#write(this.text ? `${body}\n${this.text}` : body);
    this.focusField();
  }

  get #draft() {
    return `room:${this.#room}`;
  }

  #write(text) {
    this.field.value = text;
    this.field.setSelectionRange(text.length, text.length);
    this.#keep();
    this.#show();
  }

  #wrote() {
    this.#keep();
    this.#show();
    if (this.text.trim()) stream.typing(this.#room);
  }

  #keep() {
    if (this.#room === null) return;
    if (this.text) drafts.set(this.#draft, this.text);
    else drafts.delete(this.#draft);
  }

  #show() {
    grow(this.field);
    const left = LONGEST - lengthOf(this.text);
    const limit = part(this, "limit");
    const near = left < NEAR_LIMIT;
    limit.toggleAttribute("data-over", left < 0);
    limit.textContent = !near ? "" : left < 0 ? interpolate(ngettext("%(count)s character too many", "%(count)s characters too many", -left), { count: count(-left) }) : count(left);
    part(this, "send").disabled = !this.text.trim() || left < 0;
  }

  #key(event) {
    // While a word is composed (Japanese, Chinese, Korean …) Enter belongs to it; Safari says so by 229 alone.
    if (event.isComposing || event.keyCode === 229) return;
    if (markByKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && !this.text && !event.altKey) {
      event.preventDefault();
      this.#tell("message:edit-last");
    } else if (event.key === "Escape" && !this.text) {
      this.field.blur();
    }
  }

  #send() {
    const body = this.text;
    if (!body.trim() || lengthOf(body) > LONGEST || this.#room === null) return;
    this.#write("");
    stream.stoppedTyping(this.#room);
    this.#tell("message:send", { body: body.replace(/^\s*\n|\s+$/g, "") });
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { room: this.#room, ...detail } }));
  }
}

customElements.define("message-composer", MessageComposer);
