/* <message-scroll>: the window on a room's messages. Sticks to the newest end while one is there; else holds the place
   whatever comes and goes above or below. The same in every browser: the CSS turns the browser's own anchoring off. */

import { part } from "../helpers/dom.js";

const AT_END = 40; // pixels from the newest end that still count as there
const SEEN_ENOUGH = 8; // one of so many messages is still there after any change

export class MessageScroll extends HTMLElement {
  #stuck = true;
  #end = 0; // where the end was, when one was last there
  #held = null; // what one saw last, while one is not at the end
  #sized = null;

  connectedCallback() {
    // The composer grew, the keyboard opened, a pane was dragged: one stays where one was.
    this.#sized = new ResizeObserver(() => {
      if (!this.stuck) this.#keep(this.#held);
      else if (!this.querySelector("[data-editing]")) this.toEnd();
    });
    this.#sized.observe(this);
    this.#sized.observe(part(this, "messages"));
  }

  disconnectedCallback() {
    this.#sized.disconnect();
  }

  /** Whether one is at the newest end, and stays there; or is to go there, wherever one is. */
  get stuck() {
    return this.#stuck;
  }

  set stuck(stuck) {
    this.#stuck = stuck;
    this.#end = 0;
  }

  /** Whether it is on the screen: before, nothing in it has a place. */
  get shown() {
    return this.clientHeight > 0;
  }

  /** Pixels to the newest end. */
  get below() {
    return this.scrollHeight - this.scrollTop - this.clientHeight;
  }

  /** The first message one sees. */
  get firstSeen() {
    return this.#seen().find(({ element }) => element.localName === "chat-message")?.element ?? null;
  }

  /** Whether a message begins above the lower edge. */
  reaches(message) {
    return message.getBoundingClientRect().top < this.getBoundingClientRect().bottom - 8;
  }

  toEnd() {
    this.scrollTop = this.scrollHeight;
    this.#end = this.scrollTop;
  }

  /** Leaves the end, for the middle of the window to be at a message. */
  toMessage(message) {
    this.stuck = false;
    message.scrollIntoView({ block: "center" });
  }

  /** Puts a divider near the upper edge, with a little of what was before it. */
  toDivider(divider) {
    this.scrollTop += divider.getBoundingClientRect().top - this.getBoundingClientRect().top - this.clientHeight / 5;
  }

  /** Changes something within, and leaves one where one was. */
  holding(change) {
    this.notice();
    const held = this.stuck ? null : this.#seen();
    change();
    if (this.stuck) this.toEnd();
    else this.#keep(held);
  }

  /** Somebody scrolled up just now: the word of it comes with a frame, and what asks may be earlier in the same. */
  notice() {
    if (this.stuck && this.scrollTop < this.#end - 1) this.stuck = this.below < AT_END;
  }

  /** One has scrolled: here is the place now. With `more` newer messages to load, the lower end is not the newest. */
  rest({ more }) {
    this.stuck = !more && this.below < AT_END;
    if (this.stuck) this.#end = this.scrollTop;
    this.#held = this.stuck ? null : this.#seen();
  }

  /** What one sees, with where it stands; the first message that is still there afterwards holds the place. */
  #seen() {
    const { top } = this.getBoundingClientRect();
    const seen = [];
    for (const element of part(this, "messages").children) {
      const { top: at, bottom } = element.getBoundingClientRect();
      if (bottom <= top) continue;
      seen.push({ element, at });
      if (seen.length > SEEN_ENOUGH) break;
    }
    return seen;
  }

  #keep(held) {
    const anchor = held?.find(({ element }) => element.isConnected && element.localName === "chat-message");
    if (anchor) this.scrollTop += anchor.element.getBoundingClientRect().top - anchor.at;
  }
}

customElements.define("message-scroll", MessageScroll);
