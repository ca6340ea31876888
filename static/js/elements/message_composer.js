/* <message-composer>: where one writes. Enter sends, Shift+Enter begins a new line, arrow up edits one's last; what is
   not sent yet is kept per room and thread, files as well. Sends bubbling "message:send" {room, thread, body,
   attachments, confirmed} and
   "message:edit-last". */

import { api } from "../helpers/api.js";
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
const ASK_ABOVE = 5; // people called at once; the server asks as well

export class MessageComposer extends HTMLElement {
  #room = null;
  #thread = null;
  #stopFiles = null;
  #sendsWhenThere = false; // one has pressed Enter while files were still on their way

  connectedCallback() {
    const { field } = this;
    part(this, "mentions").serve(field, () => store.rooms.get(this.#room)?.members ?? [], { groups: true });
    field.addEventListener("input", () => this.#wrote());
    field.addEventListener("keydown", (event) => this.#key(event));
    part(this, "send").addEventListener("click", () => {
      this.#send();
      field.focus();
    });
    part(this, "attach").addEventListener("click", () => chooseFiles((files) => this.attach({ files, folders: 0 })));
    takePastes(this, (brought) => this.attach(brought));
    this.addEventListener("tray:emptied", () => field.focus());
    part(this, "absent-add").addEventListener("click", () => this.#add());
    part(this, "ask-send").addEventListener("click", () => this.#answered(true));
    part(this, "ask-keep").addEventListener("click", () => this.#answered(false));
    leaveFocus([part(this, "send")]);
    // A field that is not shown has no height; it is measured when it appears.
    new ResizeObserver(() => grow(field)).observe(this);
  }

  disconnectedCallback() {
    this.#stopFiles?.();
  }

  get field() {
    return part(this, "input");
  }

  get text() {
    return this.field.value;
  }

  /** The room, or the thread in it, that one writes to: its draft comes with it. */
  show(room, thread = null) {
    if (room === this.#room && thread === this.#thread) return;
    const early = this.#room === null ? this.text : ""; // written before the page's scripts were there
    this.#room = room;
    this.#thread = thread;
    part(this, "mentions").close();
    part(this, "typing").room = thread === null ? room : null;
    this.#follow(room);
    this.#write(room === null ? "" : [drafts.get(this.#draft), early].filter(Boolean).join("\n"));
  }

  set name(name) {
    this.field.placeholder = this.#thread === null ? interpolate(gettext("Write to %(room)s"), { room: name }) : gettext("Answer in the thread");
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
    return this.#thread === null ? `room:${this.#room}` : `thread:${this.#thread}`;
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
    if (this.text.trim() && this.#thread === null) stream.typing(this.#room);
  }

  #keep() {
    if (this.#room === null) return;
    if (this.text) drafts.set(this.#draft, this.text);
    else drafts.delete(this.#draft);
  }

  /** Of the people whom the text names those who may not come in here. */
  get #absent() {
    const room = store.rooms.get(this.#room);
    if (!store.channels.get(room?.channel)?.private || !this.text.includes("@")) return [];
    const handles = new Set([...this.text.matchAll(/(?:^|[\s([{"'>])@([a-z0-9_.-]*[a-z0-9])/gi)].map(([, handle]) => handle.toLowerCase()));
    return store.members.where(({ id, handle }) => handles.has(handle) && !room.members?.includes(id));
  }

  #showAbsent() {
    const people = this.#absent;
    part(this, "absent").hidden = !people.length;
    if (!people.length) return;
    const names = people.map(({ name }) => name).join(", ");
    part(this, "absent-words").textContent = interpolate(gettext("%(names)s: not in this private channel, and will not hear of it."), { names });
  }

  async #add() {
    const { channel } = store.rooms.get(this.#room);
    try {
      for (const { id } of this.#absent) await api.post(`channels/${channel}/members`, { user: id });
      part(this, "absent").hidden = true;
    } catch (error) {
      part(this, "absent-words").textContent = error.words ?? error.message;
    }
    this.focusField();
  }

  #show() {
    grow(this.field);
    this.#showAbsent();
    part(this, "ask").hidden = true;
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

  /** How many people "@channel" or "@here" in the text would call. */
  get called() {
    const [, group] = /(?:^|[^\w@/.=&+-])@(channel|here)(?![a-z0-9])/i.exec(this.text) ?? [];
    if (!group) return 0;
    const others = (store.rooms.get(this.#room)?.members ?? []).filter((id) => id !== store.me.id);
    const here = (id) => ["active", "idle"].includes(store.presence.get(id).status);
    return group.toLowerCase() === "here" ? others.filter(here).length : others.length;
  }

  #ask(people) {
    const question = part(this, "ask");
    part(this, "ask-words").textContent = interpolate(ngettext("This calls %(people)s person at once.", "This calls %(people)s people at once.", people), { people });
    question.hidden = false;
    part(this, "ask-send").focus();
  }

  #answered(send) {
    part(this, "ask").hidden = true;
    this.focusField();
    if (send) this.#send({ confirmed: true });
  }

  #send({ confirmed = false } = {}) {
    if (part(this, "send").disabled || this.#room === null) return;
    const { called } = this;
    if (called > ASK_ABOVE && !confirmed) return this.#ask(called);
    const [body, files] = [this.text, this.#files];
    this.#sendsWhenThere = files.busy;
    if (files.busy) return this.#show();
    const attachments = files.rows;
    files.clear();
    this.#write("");
    if (this.#thread === null) stream.stoppedTyping(this.#room);
    this.#tell("message:send", { body: body.replace(/^\s*\n|\s+$/g, ""), attachments, confirmed });
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { room: this.#room, thread: this.#thread, ...detail } }));
  }
}

customElements.define("message-composer", MessageComposer);
