/* <message-composer>: where one writes. Enter sends, Shift+Enter begins a new line, arrow up edits one's last; what is
   not sent yet is kept per room, files as well. Sends bubbling "message:send" {body, attachments} and
   "message:edit-last". */

import { leaveFocus, part } from "../helpers/dom.js";
import { drafts } from "../helpers/drafts.js";
import { takePastes } from "../helpers/dropping.js";
import { count } from "../helpers/format.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { LONGEST, grow, lengthOf, markByKey } from "../helpers/writing.js";
import { stream } from "../models/event_stream.js";
import { store } from "../models/project_store.js";
import { messageTray } from "../models/trays.js";
import { chooseFiles, tellOfLeftOut } from "./file_tray.js";
import "./mention_picker.js";

const NEAR_LIMIT = 1_000;

export class MessageComposer extends HTMLElement {
  #room = null;
  #stopFiles = null;
  #sendsWhenThere = false; // one has pressed Enter while files were still on their way

  connectedCallback() {
    const { field } = this;
    part(this, "mentions").serve(field, () => store.rooms.get(this.#room)?.members ?? []);
    field.addEventListener("input", () => this.#wrote());
    field.addEventListener("keydown", (event) => this.#key(event));
    part(this, "send").addEventListener("click", () => {
      this.#send();
      field.focus();
    });
    part(this, "attach").addEventListener("click", () => chooseFiles((files) => this.attach({ files, folders: 0 })));
    takePastes(this, (brought) => this.attach(brought));
    this.addEventListener("tray:emptied", () => field.focus());
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
    this.#follow(room);
    this.#write(room === null ? "" : (drafts.get(this.#draft) ?? ""));
  }

  set name(name) {
    this.field.placeholder = interpolate(gettext("Write to %(room)s"), { room: name });
    this.field.setAttribute("aria-label", this.field.placeholder);
  }

  focusField() {
    this.field.focus();
  }

  /** Puts words and files back that were not sent: before what is written already. */
  takeBack(body, attachments = []) {
    this.#files.takeBack(attachments);
    this.#write([body, this.text].filter(Boolean).join("\n"));
    this.focusField();
  }

  /** Takes files along: {files, folders}. */
  attach({ files, folders }) {
    tellOfLeftOut({ folders, many: this.#files.add(files) });
    this.focusField();
  }

  get #files() {
    return messageTray(this.#draft);
  }

  #follow(room) {
    this.#stopFiles?.();
    this.#sendsWhenThere = false;
    const files = room === null ? null : this.#files;
    part(this, "files").uploads = files;
    this.#stopFiles = files?.on(() => this.#filesChanged());
  }

  #filesChanged() {
    const { busy, troubled } = this.#files;
    if (troubled) this.#sendsWhenThere = false;
    if (this.#sendsWhenThere && !busy) this.#send();
    else this.#show();
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
    const files = this.#room === null ? [] : this.#files.entries;
    part(this, "send").disabled = left < 0 || !(this.text.trim() || files.length) || files.some(({ state }) => state === "failed");
    if (this.#sendsWhenThere && !near) limit.textContent = gettext("Sent when the files are there");
  }

  #key(event) {
    // While a word is composed (Japanese, Chinese, Korean …) Enter belongs to it; Safari says so by 229 alone.
    if (event.isComposing || event.keyCode === 229) return;
    if (markByKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && !this.text && !event.altKey && !this.#files.entries.length) {
      event.preventDefault();
      this.#tell("message:edit-last");
    } else if (event.key === "Escape" && !this.text) {
      this.field.blur();
    }
  }

  #send() {
    if (part(this, "send").disabled || this.#room === null) return;
    const [body, files] = [this.text, this.#files];
    this.#sendsWhenThere = files.busy;
    if (files.busy) return this.#show();
    const attachments = files.rows;
    files.clear();
    this.#write("");
    stream.stoppedTyping(this.#room);
    this.#tell("message:send", { body: body.replace(/^\s*\n|\s+$/g, ""), attachments });
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { room: this.#room, ...detail } }));
  }
}

customElements.define("message-composer", MessageComposer);
