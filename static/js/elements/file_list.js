/* <file-list>: the files of a message or a task as one sees them. Pictures as previews of their true proportions, so that
   nothing moves when they come; everything else as a row to download. A picture opens large. */

import { element, fromTemplate, icon, part } from "../helpers/dom.js";
import { fileSize, fitted } from "../helpers/sizes.js";
import { gettext, interpolate } from "../helpers/words.js";
import { openPicture } from "./picture_viewer.js";

const ALONE = { width: 352, height: 264 };
const TOGETHER = { width: 208, height: 128 };
const NARROWEST = 72;
const ICONS = [
  [/^image\//, "file-earmark-image"],
  [/pdf$/, "file-earmark-pdf"],
  [/zip|tar|7z/, "file-earmark-zip"],
  [/^audio\//, "file-earmark-music"],
  [/^video\//, "file-earmark-play"],
  [/^text\//, "file-earmark-text"],
];

export class FileList extends HTMLElement {
  #shown = "";

  /** rows of files; `tools(row)` -> elements beside each, where there are some. */
  show(rows, { tools = null } = {}) {
    const shown = JSON.stringify([rows, Boolean(tools)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    tools ??= () => [];
    const pictures = rows.filter(({ preview }) => preview);
    const others = rows.filter(({ preview }) => !preview);
    this.hidden = !rows.length;
    this.replaceChildren(
      ...(pictures.length ? [pictureGrid(pictures, tools)] : []),
      ...others.map((row) => fileRow(row, tools)),
    );
  }
}

function pictureGrid(pictures, tools) {
  const box = pictures.length > 1 ? TOGETHER : ALONE;
  const grid = element("div", { className: "file-pictures", dataset: { many: pictures.length > 1 ? "yes" : "no" } });
  for (const row of pictures) {
    const { width, height } = pictures.length > 1 ? strip(row) : fitted(row, box);
    const image = element("img", { src: row.preview, alt: row.name, width, height, loading: "lazy", decoding: "async", draggable: false });
    image.style.aspectRatio = `${width} / ${height}`; // its own, once it is there, may differ by a hair
    const label = interpolate(gettext("Open %(name)s"), { name: row.name });
    const button = element("button", { type: "button", className: "file-picture", title: row.name, attributes: { "aria-label": label, "aria-haspopup": "dialog" } }, image);
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      openPicture(pictures, row);
    });
    grid.append(element("span", { className: "file-cell" }, button, ...tools(row)));
  }
  return grid;
}

/** All of one height, each as wide as its proportions, within bounds. */
function strip({ width, height }) {
  const wide = Math.round((TOGETHER.height * width) / height);
  return { width: Math.max(NARROWEST, Math.min(TOGETHER.width, wide)), height: TOGETHER.height };
}

function fileRow(row, tools) {
  const line = fromTemplate("file-row");
  const link = part(line, "link");
  Object.assign(link, { href: row.url, download: row.name, title: row.name });
  part(line, "icon").append(icon(iconOf(row.type)));
  part(line, "name").textContent = row.name;
  part(line, "size").textContent = fileSize(row.size);
  line.append(...tools(row));
  return line;
}

export const iconOf = (type) => ICONS.find(([kind]) => kind.test(type))?.[1] ?? "file-earmark";

customElements.define("file-list", FileList);
