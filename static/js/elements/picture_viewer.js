/* <picture-viewer>: one picture large, over everything; arrows go to its neighbours, Escape goes back. */

import { element, part } from "../helpers/dom.js";
import { fileSize } from "../helpers/sizes.js";
import { count } from "../helpers/format.js";
import { gettext, interpolate } from "../helpers/words.js";

export class PictureViewer extends HTMLElement {
  #pictures = [];
  #place = 0;
  #image = null;

  connectedCallback() {
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    const { dialog } = this;
    part(this, "close").addEventListener("click", () => dialog.close());
    part(this, "previous").addEventListener("click", () => this.#step(-1));
    part(this, "next").addEventListener("click", () => this.#step(1));
    part(this, "stage").addEventListener("click", (event) => event.target === event.currentTarget && dialog.close());
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("close", () => this.#image?.remove());
  }

  get dialog() {
    return this.querySelector("dialog");
  }

  open(pictures, row) {
    this.#pictures = pictures;
    this.#place = Math.max(0, pictures.findIndex(({ id }) => id === row.id));
    this.#draw();
    this.dialog.showModal(); // gives the focus back when it closes
    part(this, "close").focus();
  }

  #key(event) {
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = { [forward]: 1, [forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft"]: -1 }[event.key];
    // Not what lies below: there the same keys go from card to card, and Escape closes a panel.
    event.stopPropagation();
    if (!step) return;
    event.preventDefault();
    this.#step(step);
  }

  #step(step) {
    const place = this.#place + step;
    if (place < 0 || place >= this.#pictures.length) return;
    this.#place = place;
    this.#draw();
  }

  #draw() {
    const row = this.#pictures[this.#place];
    const many = this.#pictures.length > 1;
    this.#image?.remove();
    this.#image = element("img", { src: row.preview, alt: row.name, width: row.width, height: row.height });
    part(this, "stage").prepend(this.#image);
    part(this, "name").textContent = row.name;
    const size = interpolate(gettext("%(width)s × %(height)s, %(size)s"), { width: count(row.width), height: count(row.height), size: fileSize(row.size) });
    part(this, "about").textContent = many
      ? interpolate(gettext("%(place)s of %(all)s · %(size)s"), { place: this.#place + 1, all: this.#pictures.length, size })
      : size;
    Object.assign(part(this, "download"), { href: row.url, download: row.name });
    for (const [name, gone] of [["previous", this.#place === 0], ["next", this.#place === this.#pictures.length - 1]]) {
      part(this, name).hidden = !many;
      part(this, name).setAttribute("aria-disabled", String(gone)); // not disabled: that would lose the focus
    }
  }
}

customElements.define("picture-viewer", PictureViewer);

export const openPicture = (pictures, row) => document.querySelector("picture-viewer").open(pictures, row);
