/* <message-thread>: the line below a message that was answered: who, how many, when, and what of it is unread. */

import { arrange, part } from "../helpers/dom.js";
import { relativeTime } from "../helpers/format.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { avatarOf } from "./user_avatar.js";

/** Opens the thread that a message begins, or stands in. */
export function openThread(row, { message = null } = {}) {
  if (row) router.open({ room: row.room, thread: row.thread ?? row.id, message });
}

export class MessageThread extends HTMLElement {
  #row = null;
  #stop = null;

  connectedCallback() {
    this.#stop = store.on("reading", ({ room }) => room === this.#row?.room && this.#draw());
  }

  disconnectedCallback() {
    this.#stop?.();
  }

  show(row) {
    this.#row = row;
    this.#draw();
  }

  #draw() {
    const row = this.#row;
    this.hidden = !row?.reply_count;
    if (this.hidden) return;
    const { unread } = store.readings.at(row.room, row.id);
    const faces = part(this, "thread-faces");
    const drawn = new Map([...faces.children].map((avatar) => [avatar.user, avatar]));
    arrange(faces, row.repliers.map((id) => drawn.get(id) ?? avatarOf(id, { size: 20 })));
    part(this, "thread-count").textContent = interpolate(
      ngettext("%(count)s reply", "%(count)s replies", row.reply_count), { count: row.reply_count },
    );
    part(this, "thread-last").textContent = relativeTime(row.last_reply_at);
    part(this, "thread-new").hidden = !unread;
    part(this, "thread-new").textContent = unread ? interpolate(gettext("%(count)s new"), { count: unread > 99 ? "99+" : unread }) : "";
  }
}

customElements.define("message-thread", MessageThread);
