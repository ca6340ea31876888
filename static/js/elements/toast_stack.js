/* <toast-stack>: short news at the bottom left, 8 s each, longer while looked at; with Undo where there is a way back,
   also by Ctrl+Z. */

import { element, icon, isWriting } from "../helpers/dom.js";
import { gettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { undo as undoing } from "../models/undo.js";

const LASTS = 8_000;
const MOST = 4;

export class ToastStack extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
    this.setAttribute("aria-relevant", "additions");
  }

  add({ text, undo = null, done, told, kind = "plain", action = null, key = null }) {
    if (key) this.#withKey(key)?.remove();
    const close = element(
      "button",
      { type: "button", className: "toast-note-close", attributes: { "aria-label": gettext("Dismiss") } },
      icon("x-lg"),
    );
    const note = element("div", { className: "toast-note", dataset: { kind, key: key ?? "" } });
    const words = element("span", { className: "toast-note-text", textContent: text, dir: "auto" });
    note.append(words);
    if (told) done.then((made) => made && (words.textContent = told(made)));
    const entry = undo ? undoing.push({ word: text, undo, done, key, taken: () => note.remove() }) : null;
    const offer = undo ? { label: gettext("Undo"), act: () => takeBack(entry) } : action;
    if (offer) {
      const button = element("button", { type: "button", className: "toast-note-action", textContent: offer.label });
      button.addEventListener("click", () => {
        note.remove();
        offer.act();
      });
      note.append(button);
    }
    note.append(close);
    close.addEventListener("click", () => note.remove());
    this.append(note);
    while (this.children.length > MOST) this.firstElementChild.remove();
    this.#expire(note);
    return note;
  }

  #withKey(key) {
    return [...this.children].find((note) => note.dataset.key === key);
  }

  /** Counts down only while nobody points at it or stands in it. */
  #expire(note) {
    let timer;
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(() => note.remove(), LASTS);
    };
    const hold = () => clearTimeout(timer);
    note.addEventListener("pointerenter", hold);
    note.addEventListener("pointerleave", start);
    note.addEventListener("focusin", hold);
    note.addEventListener("focusout", start);
    start();
  }
}

customElements.define("toast-stack", ToastStack);

async function takeBack(entry) {
  try {
    await undoing.take(entry);
  } catch (error) {
    toast({ text: error.words ?? error.message, kind: "danger" });
  }
}

document.addEventListener("keydown", (event) => {
  const wanted =
    (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z";
  if (!wanted || event.repeat || isWriting(event.target) || !undoing.size) return;
  event.preventDefault();
  takeBack();
});

/**
 * Shows a toast. `undo`: an async function that takes it back; `done`: the act's answer while it is on its way, as
 * Undo.push takes both, and `told(answer)`: its words from then on; `action`: {label, act} for another offer; `kind`:
 * "plain" or "danger"; a toast with the same `key` takes the older one's place. Answers with its element.
 */
export function toast(options) {
  return document.querySelector("toast-stack")?.add(options);
}

// Models tell their news without knowing who shows it.
store.on("news", toast);
