/* <typing-line>: who is writing in this room just now. Keeps its height when nobody is. */

import { gettext, interpolate } from "../helpers/words.js";
import { store } from "../models/project_store.js";

export class TypingLine extends HTMLElement {
  #room = null;
  #stop = () => {};

  connectedCallback() {
    this.#stop = store.on("typing", ({ room }) => room === this.#room && this.#draw());
  }

  disconnectedCallback() {
    this.#stop();
  }

  set room(room) {
    this.#room = room;
    this.#draw();
  }

  #draw() {
    const names = store.typing.in(this.#room).map((user) => store.person(user).name);
    const words = [
      () => "",
      () => interpolate(gettext("%(name)s is typing …"), { name: names[0] }),
      () => interpolate(gettext("%(name)s and %(other)s are typing …"), { name: names[0], other: names[1] }),
    ][names.length] ?? (() => gettext("Several people are typing …"));
    this.toggleAttribute("data-typing", names.length > 0);
    this.textContent = words();
  }
}

customElements.define("typing-line", TypingLine);
