/* <message-rows>: the messages of one room as elements, each of which stays the same from the unsent copy to the last
   edit; and the keys, fingers and pointers on them. One message is in the tab order, arrows go to the others. */

import { arrange, fromTemplate, part } from "../helpers/dom.js";
import { dayName } from "../helpers/format.js";
import { onPress } from "../helpers/press.js";
import { followReference } from "../helpers/references.js";
import { messageElement } from "./chat_message.js";
import { openMessageMenu } from "./message_menu.js";
import { openThread } from "./message_thread.js";
import { showPerson } from "./person_card.js";
import { pickReaction } from "./reaction_picker.js";

// Keys on a message in focus
const QUICK = {
  t: (message) => openThread(message.row),
  e: (message) => message.edit(),
  "+": (message) => pickReaction(message, part(message, "more")),
};

export class MessageRows extends HTMLElement {
  #elements = new Map(); // key -> chat-message; keys are ids, or client_ids until confirmed
  #keys = new Map(); // message id -> key of its element
  #dividers = new Map(); // day, or "new" -> element
  #orphans = new Map(); // message id -> element that still holds somebody's words
  #active = null;

  connectedCallback() {
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("focusin", (event) => this.#activate(event.target.closest("chat-message")));
    this.addEventListener("click", (event) => this.#clicked(event));
    onPress(this, ({ target }) => this.#pressed(target));
  }

  /** Ids of deleted messages that still hold somebody's words. */
  get orphans() {
    return new Set(this.#orphans.keys());
  }

  /** The divider before what is new, or null. */
  get divider() {
    const divider = this.#dividers.get("new");
    return divider?.isConnected ? divider : null;
  }

  elementOf(id) {
    return this.#elements.get(this.#keys.get(id) ?? id) ?? null;
  }

  clear() {
    for (const known of [this.#elements, this.#keys, this.#dividers, this.#orphans]) known.clear();
    this.#active = null;
    this.replaceChildren();
  }

  /** Draws what helpers/message_outline.js says, moving as little as it can. */
  draw(outline) {
    const wanted = outline.map((line) => this.#line(line));
    arrange(this, wanted);
    this.#forgetAllBut(new Set(wanted));
    this.#keepOneInTabOrder();
  }

  /** A person's name, or a task's title, may have changed. */
  refresh() {
    for (const element of this.#elements.values()) if (element.isConnected) element.refresh();
  }

  /** The copy that stood here becomes the message: the same element, so that nothing blinks. */
  confirm({ id, client_id: key }) {
    if (this.#elements.has(key)) this.#keys.set(id, key);
  }

  /** A message was deleted: what one writes into it is kept, and focus in it goes on to the next. */
  deleted(id, by) {
    const element = this.elementOf(id);
    if (!element) return;
    if (element.editing) {
      this.#orphans.set(id, element);
      element.orphan(by);
    } else if (element.contains(document.activeElement)) {
      (this.#beside(element) ?? this.#field)?.focus({ preventScroll: true });
    }
  }

  /** Somebody closed an orphan; answers with the message beside it. */
  dropOrphan(element) {
    for (const [id, orphan] of this.#orphans) if (orphan === element) this.#orphans.delete(id);
    return this.#beside(element);
  }

  get #field() {
    return this.closest("thread-pane, chat-room").querySelector("message-composer textarea");
  }

  // Drawing

  #line(line) {
    return {
      day: () => this.#dayDivider(line),
      new: () => this.#divider("new", "new-divider"),
      orphan: () => this.#orphans.get(line.id),
      message: () => this.#message(line),
    }[line.kind]();
  }

  #message({ id, row, entry, grouped }) {
    const key = entry?.client_id ?? this.#keys.get(id) ?? id;
    if (!this.#elements.has(key)) this.#elements.set(key, messageElement());
    const element = this.#elements.get(key);
    element.show({ row, entry, grouped });
    return element;
  }

  #dayDivider({ key, at }) {
    const divider = this.#divider(key, "day-divider");
    const name = dayName(at);
    if (part(divider, "day").textContent !== name) part(divider, "day").textContent = name;
    return divider;
  }

  #divider(key, template) {
    if (!this.#dividers.has(key)) this.#dividers.set(key, fromTemplate(template));
    return this.#dividers.get(key);
  }

  #forgetAllBut(kept) {
    for (const [key, element] of this.#elements) if (!kept.has(element)) this.#elements.delete(key);
    for (const [id, key] of this.#keys) if (!this.#elements.has(key)) this.#keys.delete(id);
    for (const [key, element] of this.#dividers) if (!kept.has(element)) this.#dividers.delete(key);
  }

  // Keys, fingers, pointers

  #key(event) {
    const message = event.target.closest("chat-message");
    if (!message || event.altKey || event.ctrlKey || event.metaKey) return;
    const onMessage = event.target === message;
    const to = onMessage && {
      ArrowUp: () => this.#neighbour(message, -1),
      ArrowDown: () => this.#neighbour(message, 1),
      Home: () => this.#ends()[0],
      End: () => this.#ends()[1],
    }[event.key];
    const opens = (event.key === "F10" && event.shiftKey) || event.key === "ContextMenu";
    if (to && !event.shiftKey) this.#focus(to());
    else if (opens || (onMessage && (event.key === "Enter" || event.key === " "))) openMessageMenu(message, { back: message });
    else if (onMessage && event.key in QUICK) QUICK[event.key](message);
    else if (onMessage && event.key === "Escape") this.#field?.focus();
    else if ((event.key === "Enter" || event.key === " ") && event.target.matches("a.mention")) followReference(event, showPerson);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #ends() {
    const all = this.querySelectorAll("chat-message");
    return [all[0], all[all.length - 1]];
  }

  #neighbour(message, step) {
    let next = message;
    do next = step > 0 ? next.nextElementSibling : next.previousElementSibling;
    while (next && next.localName !== "chat-message");
    return next;
  }

  #beside(message) {
    return this.#neighbour(message, 1) ?? this.#neighbour(message, -1);
  }

  #focus(message) {
    message?.focus({ preventScroll: true });
    message?.scrollIntoView({ block: "nearest" });
  }

  #activate(message) {
    if (!message || message === this.#active) return;
    this.#inTabOrder(this.#active, false);
    this.#active = message;
    this.#inTabOrder(message, true);
  }

  #keepOneInTabOrder() {
    if (this.#active?.isConnected) return;
    const last = this.#ends()[1];
    if (last) this.#activate(last);
  }

  #inTabOrder(message, yes) {
    if (!message) return;
    message.tabIndex = yes ? 0 : -1;
    for (const button of message.querySelectorAll("[data-roving]")) button.tabIndex = yes ? 0 : -1;
  }

  #clicked(event) {
    if (followReference(event, showPerson)) return;
    const message = event.target.closest("chat-message");
    const more = event.target.closest('[data-part="more"]');
    if (more) return openMessageMenu(message, { at: more, back: more });
    const line = event.target.closest('[data-part="thread"]');
    if (line) return openThread(message.row);
    const edited = event.target.closest('[data-part="edited"]');
    if (edited) this.dispatchEvent(new CustomEvent("message:versions", { bubbles: true, detail: { message: message.messageId, at: edited } }));
  }

  #pressed(target) {
    const message = target.closest?.("chat-message");
    if (!message?.row || !matchMedia("(pointer: coarse)").matches || target.closest("a, button, textarea")) return false;
    openMessageMenu(message, { back: message });
    return true;
  }
}

customElements.define("message-rows", MessageRows);
