/* <page-panes>: rail, board, room. Shows what the address names, lets the room be dragged wider, hidden, or made the
   main pane; on narrow windows one pane at a time. Links of this project open here without a new page.

   [data-panes] buttons anywhere inside: "toggle" shows or hides the room, "main" gives it the page and back, "hidden". */

import { router } from "../helpers/router.js";
import { store } from "../models/project_store.js";
import { isWriting } from "../helpers/dom.js";
import { gettext } from "../helpers/words.js";

const NARROWEST = 320;
const STEP = 32;
const KEPT = "taskroom:panes";

const wide = () => matchMedia("(min-width: 1200px)").matches;
const phone = () => matchMedia("(max-width: 767.98px)").matches;

export class PagePanes extends HTMLElement {
  #stop = [];

  connectedCallback() {
    this.#recall();
    this.#stop = [
      router.on(({ previous }) => this.#show(previous)),
      store.on("project", () => this.#name()),
      store.on("me", () => this.#name()),
      store.on("task", ({ row }) => row && row.number === router.current.task && this.#title()),
    ];
    this.addEventListener("click", this);
    document.addEventListener("click", followLinks);
    document.addEventListener("keydown", this);
    this.#handle.addEventListener("pointerdown", (event) => this.#drag(event));
    this.#handle.addEventListener("keydown", (event) => this.#widen(event));
    this.#handle.addEventListener("dblclick", () => this.#setWidth(null));
    matchMedia("(min-width: 1200px)").addEventListener("change", () => this.#show());
    this.#name();
    this.#show();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
    document.removeEventListener("click", followLinks);
    document.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.type === "keydown") return this.#key(event);
    const button = event.target.closest("[data-panes]");
    if (!button) return;
    const { panes } = button.dataset;
    if (panes === "toggle") this.room = this.dataset.room === "hidden" ? "side" : "hidden";
    else this.room = this.dataset.room === panes ? "side" : panes;
  }

  /** "side", "main" or "hidden"; where panes lie over each other, "side" lies over the board. */
  get room() {
    return this.dataset.room;
  }

  set room(state) {
    const previous = this.dataset.room;
    this.dataset.room = state;
    if (wide()) this.#keep({ room: state });
    if (!wide() && !phone()) this.#keep({ over: state !== "hidden" });
    this.#tellButtons();
    if (state === "hidden" && router.current.room !== null && !phone()) router.open({ room: null }, { replace: true });
    if (previous !== state)
      this.dispatchEvent(new CustomEvent("panes:change", { bubbles: true, detail: { room: state } }));
  }

  get #handle() {
    return this.querySelector(".pane-handle"); // by its class: cards have a part of that name, too
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || isWriting(event.target)) return;
    if (document.querySelector("dialog[open], action-menu")) return;
    if (event.key === "r") this.#toRoom(event);
    if (event.key === "b") this.#toBoard(event);
    if (event.key === "Escape" && !wide() && !phone() && this.dataset.room === "side" && router.current.task === null)
      this.room = "hidden";
  }

  #toRoom(event) {
    event.preventDefault();
    if (phone()) router.open({ task: null, room: router.current.room ?? firstRoom(), view: null });
    else if (this.dataset.room === "hidden") this.room = "side";
    const room = this.querySelector("#room");
    (room.querySelector("textarea:not(:disabled)") ?? room.querySelector("h2[tabindex]"))?.focus();
  }

  #toBoard(event) {
    event.preventDefault();
    if (this.dataset.room === "main") this.room = "side";
    if (phone()) router.open({ task: null, room: null, view: null });
    this.querySelector("task-board")?.focusBoard();
  }

  #show(previous = null) {
    const { task, room, view } = router.current;
    this.dataset.view = view ?? (task !== null ? "board" : room !== null ? "room" : "board");
    // What has just been opened is on top; else panes stay as one left them.
    const taskOpened = task !== null && !previous?.task;
    if (taskOpened && wide() && this.dataset.room === "main") this.dataset.room = "side";
    else if (taskOpened && !wide() && !phone()) this.dataset.room = "hidden";
    else if (room !== null && this.dataset.room === "hidden") this.room = "side";
    else if (room === null && task === null && !wide() && !phone() && !this.#kept.over) this.dataset.room = "hidden";
    this.#tellButtons();
    this.#title();
  }

  #tellButtons() {
    for (const button of this.querySelectorAll("[data-panes]")) {
      const { panes } = button.dataset;
      button.setAttribute(
        "aria-pressed",
        String(panes === "toggle" ? this.dataset.room !== "hidden" : this.dataset.room === panes),
      );
    }
  }

  #name() {
    const { project } = store;
    if (!project) return;
    for (const place of this.querySelectorAll("[data-project-name]"))
      if (place.textContent !== project.name) place.textContent = project.name;
    this.#title();
    this.toggleAttribute("data-archived", store.archived);
    for (const name of ["archived", "archived-notice"])
      this.querySelector(`[data-part="${name}"]`).hidden = !store.archived;
    this.querySelector('[data-part="restore"]').hidden = !["admin", "owner"].includes(store.me?.role);
  }

  /** "(3) WEB-12 Write the words · Website · Taskroom"; the number in front is the rooms' business. */
  #title() {
    const [unread] = /^(?:\(\d+\+?\) )?/.exec(document.title);
    const product = document.title.split(" · ").at(-1);
    const { task: number } = router.current;
    const [task] = number === null ? [] : store.tasks.where((each) => each.number === number);
    document.title =
      unread + [task && `${task.ref} ${task.title}`, store.project.name, product].filter(Boolean).join(" · ");
  }

  // Width

  #drag(event) {
    event.preventDefault();
    this.#handle.setPointerCapture(event.pointerId);
    this.toggleAttribute("data-dragging", true);
    const move = ({ clientX }) =>
      this.#setWidth(rightToLeft() ? clientX : this.getBoundingClientRect().right - clientX);
    const end = () => {
      this.removeAttribute("data-dragging");
      this.#handle.removeEventListener("pointermove", move);
    };
    this.#handle.addEventListener("pointermove", move);
    this.#handle.addEventListener("pointerup", end, { once: true });
    this.#handle.addEventListener("pointercancel", end, { once: true });
  }

  #widen(event) {
    const steps = { ArrowLeft: STEP, ArrowRight: -STEP };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const step = rightToLeft() ? -steps[event.key] : steps[event.key];
    this.#setWidth(this.querySelector("#room").getBoundingClientRect().width + step);
  }

  /** In pixels; null: as it was made. */
  #setWidth(width) {
    const most = Math.max(NARROWEST, innerWidth * 0.6);
    const wanted = width === null ? null : Math.round(Math.max(NARROWEST, Math.min(width, most)));
    if (wanted === null) this.style.removeProperty("--room-width");
    else this.style.setProperty("--room-width", `${wanted}px`);
    this.#handle.setAttribute("aria-valuemin", NARROWEST);
    this.#handle.setAttribute("aria-valuemax", Math.round(most));
    this.#handle.setAttribute("aria-valuenow", wanted ?? 380);
    this.#keep({ width: wanted });
  }

  get #kept() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) ?? {};
    } catch {
      return {};
    }
  }

  #keep(change) {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ...this.#kept, ...change }));
    } catch {
      // as it was made, next time
    }
  }

  #recall() {
    const { room = "side", over = false, width = null } = this.#kept;
    this.#setWidth(Number.isFinite(width) ? width : null);
    this.dataset.room =
      wide() || phone() ? (["side", "main", "hidden"].includes(room) ? room : "side") : over ? "side" : "hidden";
    this.#handle.title = gettext("Drag to make the room wider; double click for its own width");
  }
}

const rightToLeft = () => document.documentElement.dir === "rtl";

const firstRoom = () =>
  (store.rooms.all().find((room) => room.members?.includes(store.me.id)) ?? store.rooms.all()[0])?.id ?? null;

/** Links of this project open in this page; with a modifier, or elsewhere, they are the browser's. */
function followLinks(event) {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    return;
  const link = event.target.closest?.("a[href]");
  if (!link || link.target === "_blank" || link.hasAttribute("download") || link.getAttribute("href") === "#") return;
  if (router.follow(link.href)) event.preventDefault();
}

customElements.define("page-panes", PagePanes);
