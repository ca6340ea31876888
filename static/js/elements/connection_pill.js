/* <connection-pill>: silent while live; else says what is the matter, when it tries again, and lets one try now. Ends
   with a calm notice for those who are signed out, removed, or whose project is gone. */

import { part } from "../helpers/dom.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { stream } from "../models/event_stream.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

const PATIENCE = 1_000; // most interruptions are over before one could read about them
const MANY = 10;

export class ConnectionPill extends HTMLElement {
  #stop = [];
  #since = null;
  #ticking = null;
  #removedBy = null;

  connectedCallback() {
    this.#stop = [
      store.on("connection", (change) => this.#changed(change)),
      store.on("project", ({ action }) => action === "deleted" && this.#end("deleted")),
      store.on("member", ({ action, id, by }) => action === "deleted" && id === store.me.id && (this.#removedBy = by)),
    ];
    part(this, "now").addEventListener("click", () => stream.retryNow());
    this.#changed({ state: stream.state, caughtUp: 0 });
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    clearInterval(this.#ticking);
  }

  #changed({ state, code, reason, caughtUp }) {
    document.documentElement.dataset.connection = state;
    if (state === "ended") return this.#end(reason === "the project was deleted" ? "deleted" : code); // projects/feed.py
    if (state === "live") {
      this.#rest();
      if (caughtUp >= MANY) this.#tellCaughtUp(caughtUp);
      return;
    }
    this.#since ??= Date.now();
    this.#ticking ??= setInterval(() => this.#draw(), 250);
    this.#draw();
  }

  #rest() {
    clearInterval(this.#ticking);
    this.#ticking = this.#since = null;
    this.hidden = true;
  }

  #tellCaughtUp(count) {
    toast({
      text: interpolate(
        ngettext("%(count)s change while you were away.", "%(count)s changes while you were away.", count),
        { count },
      ),
    });
  }

  #draw() {
    // The first connection of a page is nobody's trouble until it takes long.
    const wait = stream.state === "connecting" ? 2 * PATIENCE : PATIENCE;
    if (Date.now() - this.#since < wait && stream.state !== "polling") return;
    const words = this.#words();
    const place = part(this, "words");
    if (place.textContent !== words) place.textContent = words;
    part(this, "now").hidden = !["reconnecting", "offline"].includes(stream.state);
    this.dataset.state = stream.state;
    this.hidden = false;
  }

  #words() {
    if (stream.state === "offline") return gettext("You are offline. What you write is kept.");
    if (stream.state === "polling")
      return gettext("Live connection blocked on this network: looking for news every 3 seconds.");
    const seconds = Math.ceil((stream.retryAt - Date.now()) / 1000);
    if (stream.state === "reconnecting" && seconds > 0) {
      return interpolate(gettext("Reconnecting in %(seconds)s s. What you write is kept."), { seconds });
    }
    return gettext("Reconnecting …");
  }

  #whyNoMember() {
    const by = this.#removedBy;
    if (by === store.me.id) return gettext("You left it. What you wrote stays there.");
    if (by !== null)
      return interpolate(gettext("%(name)s removed you. What you wrote stays there."), { name: store.person(by).name });
    return gettext(
      "Somebody who manages the project removed you, or you left it on another page. What you wrote stays there.",
    );
  }

  #end(kind) {
    this.#rest();
    const dialog = document.querySelector('dialog[data-part="ending"]');
    const ways = {
      4401: () => ({
        title: gettext("You are signed out"),
        why: gettext("What you have not sent yet is kept in this browser. Sign in to go on."),
        way: gettext("Sign in"),
        href: `${dialog.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`,
      }),
      4403: () => ({
        title: gettext("You are no longer a member of this project"),
        why: this.#whyNoMember(),
        way: gettext("To your projects"),
        href: "/",
      }),
      deleted: () => ({
        title: gettext("This project was deleted"),
        why: gettext("Its owner deleted it, with its tasks and rooms."),
        way: gettext("To your projects"),
        href: "/",
      }),
    };
    if (kind === "deleted") stream.stop();
    if (dialog.open && kind !== "deleted") return; // that the project is gone says more than that one may not see it
    const { title, why, way, href } = ways[kind]();
    part(dialog, "title").textContent = title;
    part(dialog, "why").textContent = why;
    Object.assign(part(dialog, "way"), { textContent: way, href });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    if (!dialog.open) dialog.showModal();
  }
}

customElements.define("connection-pill", ConnectionPill);
