/* <file-tray>: files on their way, as one sees them: a small picture or a sign, how far, a way to stop, and what went
   wrong with a way to try again. `tray.uploads` is the model it shows. */

import { arrange, element, fromTemplate, icon, oncePerFrame, part } from "../helpers/dom.js";
import { fileSize } from "../helpers/sizes.js";
import { gettext, interpolate } from "../helpers/words.js";
import { MOST_FILES } from "../models/uploads.js";
import { iconOf } from "./file_list.js";
import { toast } from "./toast_stack.js";

const THUMB = 40; // CSS pixels
const LARGEST_THUMBED = 20_000_000; // bytes: decoding more would make a phone wait

export class FileTray extends HTMLElement {
  #uploads = null;
  #stop = null;
  #items = new Map(); // key -> element
  #draw = oncePerFrame(() => this.#drawNow());

  set uploads(uploads) {
    if (uploads === this.#uploads) return;
    this.#stop?.();
    this.#items.clear();
    this.#uploads = uploads;
    this.#stop = uploads?.on(() => this.#draw()) ?? null;
    this.#drawNow();
  }

  #drawNow() {
    const entries = this.#uploads?.entries ?? [];
    this.hidden = !entries.length;
    const keys = new Set(entries.map(({ key }) => key));
    for (const key of this.#items.keys()) if (!keys.has(key)) this.#items.delete(key);
    arrange(this, entries.map((entry) => this.#item(entry)));
  }

  #item(entry) {
    if (!this.#items.has(entry.key)) this.#items.set(entry.key, this.#made(entry));
    const item = this.#items.get(entry.key);
    const { state, progress, words } = entry;
    item.dataset.state = state;
    const bar = part(item, "progress");
    bar.hidden = state !== "sending";
    if (state === "sending") bar.value = progress;
    const about = words || fileSize(entry.size);
    if (part(item, "about").textContent !== about) part(item, "about").textContent = about;
    part(item, "retry").hidden = state !== "failed" || Boolean(entry.hopeless);
    return item;
  }

  #made(entry) {
    const item = fromTemplate("file-item");
    part(item, "name").textContent = entry.name;
    item.title = entry.name;
    part(item, "progress").setAttribute("aria-label", interpolate(gettext("%(name)s is on its way"), { name: entry.name }));
    part(item, "remove").setAttribute("aria-label", interpolate(gettext("Remove %(name)s"), { name: entry.name }));
    part(item, "remove").addEventListener("click", () => this.#remove(entry.key));
    part(item, "retry").addEventListener("click", () => this.#uploads.retry(entry.key));
    this.#drawSign(part(item, "sign"), entry);
    return item;
  }

  #remove(key) {
    const item = this.#items.get(key);
    const next = item.nextElementSibling ?? item.previousElementSibling;
    this.#uploads.remove(key);
    if (next) part(next, "remove").focus();
    else this.dispatchEvent(new CustomEvent("tray:emptied", { bubbles: true }));
  }

  /** A picture is drawn from the file itself: no address, so the page's policy has nothing against it. */
  async #drawSign(place, { row, file, type }) {
    place.replaceChildren(icon(iconOf(type ?? "")));
    if (row?.preview) {
      place.replaceChildren(element("img", { src: row.preview, alt: "", width: THUMB, height: THUMB }));
    } else if (file && /^image\/(png|jpeg|gif|webp|avif)$/.test(type) && file.size < LARGEST_THUMBED) {
      try {
        const picture = await createImageBitmap(file, { resizeHeight: THUMB * 2, resizeQuality: "medium" });
        const canvas = element("canvas", { width: THUMB * 2, height: THUMB * 2 });
        const wide = Math.min(picture.width, picture.height);
        canvas.getContext("2d").drawImage(picture, (picture.width - wide) / 2, (picture.height - wide) / 2, wide, wide, 0, 0, THUMB * 2, THUMB * 2);
        place.replaceChildren(canvas);
      } catch {
        // It is no picture, whatever it is called: the sign stays.
      }
    }
  }
}

customElements.define("file-tray", FileTray);

/** Asks the person for files; `take(files)` when there are some. */
export function chooseFiles(take) {
  const input = element("input", { type: "file", multiple: true });
  input.addEventListener("change", () => input.files.length && take([...input.files]));
  input.click();
}

/** Says what was not taken: folders, and more files than go together. */
export function tellOfLeftOut({ folders, many }) {
  if (folders) toast({ text: gettext("Folders can't be attached: choose the files in them."), key: "folders" });
  if (many) toast({ text: interpolate(gettext("At most %(most)s files at once."), { most: MOST_FILES }), key: "many-files" });
}
