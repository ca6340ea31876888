/* <thread-pane>: one thread at the room's side: the message it began with, what was answered, and where one answers.

   Made anew from its template whenever a thread is opened; the address says which, and "back" closes it. */

import { api } from "../helpers/api.js";
import { fromTemplate, part } from "../helpers/dom.js";
import { nameOfRoom, whyNotPost } from "../helpers/channels.js";
import { may } from "../helpers/rights.js";
import { router } from "../helpers/router.js";
import { gettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { messageElement } from "./chat_message.js";
import { follow } from "./message_menu.js";

export const threadPane = () => fromTemplate("thread-pane");

export class ThreadPane extends HTMLElement {
  room = null;
  thread = null;

  #stop = [];
  #root = null;

  connectedCallback() {
    this.#stop = [
      store.on("message", ({ id, action }) => id === this.thread && (action === "deleted" ? router.closeThread() : this.#draw())),
      ...["follow", "room", "me", "project", "member"].map((noun) => store.on(noun, () => this.thread !== null && this.#draw())),
    ];
    this.addEventListener("click", ({ target }) => target.closest('[data-act="close-thread"]') && router.closeThread());
    part(this, "follow").addEventListener("click", () => follow(this.thread, !store.isFollowed(this.thread)));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  get list() {
    return this.querySelector("message-list");
  }

  get composer() {
    return this.querySelector("message-composer");
  }

  async show(room, thread, { message = null } = {}) {
    const same = thread === this.thread;
    Object.assign(this, { room, thread });
    if (!same) {
      this.composer.show(room, thread);
      this.composer.name = nameOfRoom(store.rooms.get(room));
      if (!store.messages.has(thread)) await this.#fetch(thread);
      if (thread !== this.thread || !this.isConnected) return;
      this.#draw();
    }
    this.list.show(room, { thread, message: message === thread ? null : message });
    if (!same && message === null) (this.composer.hidden ? part(this, "title") : this.composer.field).focus({ preventScroll: true });
  }

  async #fetch(thread) {
    try {
      const row = await api.get(`messages/${thread}`);
      if (row.thread === null && row.room === this.room) return store.messages.put(row);
      if (thread === this.thread) router.open({ room: row.room, thread: row.thread ?? row.id, message: row.thread && row.id }, { replace: true });
    } catch (error) {
      part(this, "thread-trouble").hidden = false;
      part(this, "thread-trouble").textContent = error.words ?? error.message;
    }
  }

  #draw() {
    const row = store.messages.get(this.thread);
    this.composer.hidden = !row || !may("chat") || Boolean(whyNotPost(store.channels.get(store.rooms.get(this.room)?.channel)));
    const [button, followed] = [part(this, "follow"), store.isFollowed(this.thread)];
    button.hidden = !row || !may("chat");
    button.textContent = followed ? gettext("Following") : gettext("Follow");
    button.setAttribute("aria-pressed", String(followed));
    part(this, "where").textContent = store.rooms.has(this.room) ? nameOfRoom(store.rooms.get(this.room)) : "";
    if (!row) return;
    if (!this.#root) {
      this.#root = messageElement();
      this.#root.dataset.copy = "";
      part(this, "root").replaceChildren(this.#root);
    }
    this.#root.show({ row });
    this.#root.refresh();
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], action-menu, :popover-open")) return;
    event.preventDefault();
    event.stopPropagation();
    router.closeThread();
  }
}

customElements.define("thread-pane", ThreadPane);
