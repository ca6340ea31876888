/* <live-announcer>: tells screen readers what others do, a few words at a time. In a burst it counts instead. */

import { element } from "../helpers/dom.js";
import { interpolate, ngettext } from "../helpers/words.js";

const EVERY = 4_000;
const AT_ONCE = 2;

export class LiveAnnouncer extends HTMLElement {
  #waiting = [];
  #timer = null;

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  say(words) {
    this.#waiting.push(words);
    this.#timer ??= setTimeout(() => this.#speak(), this.childElementCount ? EVERY : 300);
  }

  /** At once: the answer to a key one has just pressed. */
  answer(words) {
    clearTimeout(this.#timer);
    this.replaceChildren(element("p", { textContent: words }));
    this.#timer = setTimeout(() => (this.#waiting.length ? this.#speak() : this.#rest()), EVERY);
  }

  #speak() {
    this.#timer = null;
    const all = this.#waiting;
    this.#waiting = [];
    const said = all.slice(-AT_ONCE);
    const left = all.length - said.length;
    if (left)
      said.unshift(interpolate(ngettext("%(count)s more change.", "%(count)s more changes.", left), { count: left }));
    this.replaceChildren(...said.map((words) => element("p", { textContent: words })));
    this.#timer = setTimeout(() => (this.#waiting.length ? this.#speak() : this.#rest()), EVERY);
  }

  #rest() {
    this.#timer = null;
    this.replaceChildren();
  }
}

customElements.define("live-announcer", LiveAnnouncer);

/** Says words to screen readers, politely. */
export const announce = (words) => document.querySelector("live-announcer")?.say(words);

/** Says at once what one's own key did. */
export const answer = (words) => document.querySelector("live-announcer")?.answer(words);
