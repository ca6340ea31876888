/* <message-reactions>: the emoji under a message, each with how many and who; a press adds one's own or takes it back. */

import { arrange, element, icon } from "../helpers/dom.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { pickReaction, toggleReaction } from "./reaction_picker.js";

const NAMED = 8; // people in the words of one emoji

export class MessageReactions extends HTMLElement {
  #row = null;

  connectedCallback() {
    this.addEventListener("click", (event) => this.#clicked(event));
  }

  show(row) {
    this.#row = row;
    const kinds = row?.reactions ?? [];
    this.hidden = !kinds.length;
    const known = new Map([...this.children].map((button) => [button.dataset.emoji, button]));
    const chips = kinds.map((kind) => this.#chip(kind, known.get(kind.emoji)));
    const more = known.get("") ?? this.#more();
    arrange(this, may("chat") && kinds.length ? [...chips, more] : chips);
  }

  #chip({ emoji, users }, button) {
    if (!button) {
      button = element("button", { type: "button", className: "reaction", dataset: { emoji, roving: "" } });
      button.tabIndex = this.closest("chat-message")?.tabIndex ?? -1;
      button.append(
        element("span", { textContent: emoji }),
        element("span", { className: "count" }),
        element("span", { className: "visually-hidden" }),
      );
    }
    const mine = users.includes(store.me?.id);
    const names = users.slice(0, NAMED).map((id) => (id === store.me?.id ? gettext("you") : store.person(id).name));
    if (users.length > NAMED) names.push(interpolate(gettext("%(count)s more"), { count: users.length - NAMED }));
    const words = interpolate(gettext("%(emoji)s by %(names)s"), { emoji, names: names.join(", ") });
    const [, count, who] = button.children;
    count.textContent = users.length;
    who.textContent = words;
    button.title = words;
    button.setAttribute("aria-pressed", String(mine));
    button.disabled = !may("chat");
    return button;
  }

  #more() {
    const words = gettext("Add a reaction");
    const button = element("button", { type: "button", className: "reaction reaction-more", title: words, dataset: { emoji: "", roving: "" } }, icon("emoji-smile"));
    button.setAttribute("aria-label", words);
    button.tabIndex = this.closest("chat-message")?.tabIndex ?? -1;
    return button;
  }

  #clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    event.stopPropagation();
    if (button.dataset.emoji) toggleReaction(this.#row, button.dataset.emoji);
    else pickReaction(this.closest("chat-message"), button);
  }
}

customElements.define("message-reactions", MessageReactions);
