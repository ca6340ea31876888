/* What floats under the hand while one drags: a copy of the thing, above the page, that takes no pointer. */

import { count } from "./format.js";

/** {layer, copy, rect}: the layer is in the page, `rect` is where the thing itself stands; several: how many go along. */
export function dragCopy(shown, { several = 0 } = {}) {
  const rect = shown.getBoundingClientRect();
  const copy = shown.cloneNode(true);
  copy.classList.add("drag-card");
  copy.removeAttribute("data-task-id");
  copy.inert = true;
  if (several) copy.dataset.several = count(several);
  copy.style.inlineSize = `${rect.width}px`;
  copy.style.blockSize = `${rect.height}px`;
  const layer = document.createElement("div");
  layer.className = "drag-layer";
  layer.setAttribute("aria-hidden", "true");
  layer.append(copy);
  document.body.append(layer);
  return { layer, copy, rect };
}
