/* <shortcut-list>: the list of keys, by `?` or any [data-action=keys]; and the keys that work anywhere. */

import { isWriting } from "../helpers/dom.js";

export class ShortcutList extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this);
    document.addEventListener("click", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
    document.removeEventListener("click", this);
  }

  handleEvent(event) {
    if (event.type === "click") {
      if (event.target.closest("[data-action=keys]")) this.dialog.showModal();
      else if (
        this.contains(event.target) &&
        (event.target === this.dialog || event.target.closest("[data-action=close]"))
      )
        this.dialog.close();
    } else if (event.key === "?" && !isWriting(event.target) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      this.dialog.showModal();
    }
  }

  get dialog() {
    return this.querySelector("dialog");
  }
}

customElements.define("shortcut-list", ShortcutList);
