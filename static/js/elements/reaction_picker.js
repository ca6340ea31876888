/* <reaction-picker>: a small board of emoji beside a message; arrows go from one to the next, and any other can be typed. */

import { api } from "../helpers/api.js";
import { element, part } from "../helpers/dom.js";
import { close, openBeside } from "../helpers/popover.js";
import { gettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

const COLUMNS = 6;

/** The frequent ones, with the words that screen readers say. */
const FREQUENT = () => [
  ["👍", gettext("thumbs up")], ["❤️", gettext("heart")], ["😄", gettext("laughing")], ["🎉", gettext("party")],
  ["👀", gettext("looking")], ["🙏", gettext("thanks")], ["✅", gettext("done")], ["🚀", gettext("rocket")],
  ["👏", gettext("clapping")], ["🤔", gettext("thinking")], ["😢", gettext("sad")], ["👎", gettext("thumbs down")],
  ["🔥", gettext("fire")], ["💯", gettext("hundred")], ["😮", gettext("surprised")], ["🙌", gettext("cheers")],
  ["💡", gettext("idea")], ["❓", gettext("question")],
];

export function pickReaction(message, anchor) {
  if (!message?.row || message.row.deleted_at) return;
  document.querySelector("reaction-picker").show(message.row.id, anchor);
}

let last = Promise.resolve(); // one goes after the other, or the last press might not have the last word

/** Adds my emoji, or takes it back: at once here, and again as it was when the server refuses. */
export function toggleReaction(row, emoji) {
  const mine = row.reactions.some((kind) => kind.emoji === emoji && kind.users.includes(store.me.id));
  const undo = store.messages.overlay(row.id, { reactions: mine ? without(row.reactions, emoji) : withMine(row.reactions, emoji) });
  last = last
    .then(() => (mine ? takeBack(row.id, emoji) : add(row.id, emoji)))
    .catch((error) => toast({ text: error.words ?? error.message, kind: "danger", key: "reaction" }))
    .finally(undo);
}

async function add(message, emoji) {
  store.messages.put(await api.post(`messages/${message}/reactions`, { emoji }));
}

async function takeBack(message, emoji) {
  const asked = performance.now();
  await api.delete(`messages/${message}/reactions/${encodeURIComponent(emoji)}`);
  const known = store.messages.confirmed(message);
  if (known) store.messages.put({ ...known, reactions: without(known.reactions, emoji) }, { asked });
}

function withMine(reactions, emoji) {
  const others = reactions.map((kind) => (kind.emoji === emoji ? { ...kind, users: [...kind.users, store.me.id] } : kind));
  return others.some((kind) => kind.emoji === emoji) ? others : [...others, { emoji, users: [store.me.id] }];
}

const without = (reactions, emoji) =>
  reactions
    .map((kind) => (kind.emoji === emoji ? { ...kind, users: kind.users.filter((id) => id !== store.me.id) } : kind))
    .filter((kind) => kind.users.length);

export class ReactionPicker extends HTMLElement {
  #message = null;

  connectedCallback() {
    part(this, "emoji").append(...FREQUENT().map(([emoji, name]) => {
      const button = element("button", { type: "button", className: "btn btn-icon", textContent: emoji, title: name, tabIndex: -1, dataset: { emoji } });
      button.setAttribute("aria-label", name);
      return button;
    }));
    this.addEventListener("click", (event) => this.#choose(event.target.closest("[data-emoji]")?.dataset.emoji));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  show(message, anchor) {
    this.#message = message;
    part(this, "other").value = "";
    openBeside(this, anchor);
    this.#buttons.forEach((button, place) => (button.tabIndex = place ? -1 : 0));
    this.#buttons[0].focus({ preventScroll: true });
  }

  get #buttons() {
    return [...part(this, "emoji").children];
  }

  #choose(emoji) {
    const row = store.messages.get(this.#message);
    if (!emoji) return;
    close(this);
    if (row) toggleReaction(row, emoji);
  }

  #key(event) {
    const place = this.#buttons.indexOf(event.target);
    const rtl = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const step = { ArrowRight: rtl, ArrowLeft: -rtl, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (event.target === part(this, "other") && event.key === "Enter") {
      event.preventDefault();
      this.#choose(event.target.value.trim());
    } else if (place >= 0 && step) {
      event.preventDefault();
      const next = this.#buttons[place + step];
      if (!next) return;
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  }
}

customElements.define("reaction-picker", ReactionPicker);
