/* <page-tabs>: a phone's four views. The address says which one is shown. */

import { router } from "../helpers/router.js";
import { store } from "../models/project_store.js";
import { part } from "../helpers/dom.js";
import { ngettext, interpolate } from "../helpers/words.js";

export class PageTabs extends HTMLElement {
  #stop = [];
  #lastRoom = null;

  connectedCallback() {
    this.#stop = [
      router.on(() => this.#draw()),
      ...["reading", "room"].map((noun) => store.on(noun, () => this.#count())),
    ];
    this.addEventListener("click", (event) => this.#choose(event.target.closest("[data-view]")?.dataset.view));
    this.#draw();
    this.#count();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  #choose(view) {
    if (!view) return;
    const room = view === "room" ? (this.#lastRoom ?? this.#anyRoom()) : null;
    router.open({ task: null, room, view: view === "people" || view === "me" ? view : null });
  }

  #anyRoom() {
    const rooms = store.rooms.all();
    return (rooms.find((room) => room.members?.includes(store.me.id)) ?? rooms[0])?.id ?? null;
  }

  #draw() {
    const { room, task, view } = router.current;
    if (room !== null) this.#lastRoom = room;
    const shown = view ?? (task !== null || room === null ? "board" : "room");
    for (const tab of this.querySelectorAll("[data-view]")) {
      if (tab.dataset.view === shown) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
  }

  #count() {
    const unread = store.rooms.all().reduce((sum, room) => sum + store.readings.get(room.id).unread, 0);
    const badge = part(this, "unread");
    badge.hidden = !unread;
    badge.textContent = unread > 99 ? "99+" : unread;
    badge.setAttribute(
      "aria-label",
      interpolate(ngettext("%(count)s unread message", "%(count)s unread messages", unread), { count: unread }),
    );
  }
}

customElements.define("page-tabs", PageTabs);
