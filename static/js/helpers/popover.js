/* Cards that float: `popover` elements, opened beside something. The browser closes them on Escape and on a press
   elsewhere; focus goes back to where they were opened from. */

import { placeBeside } from "./floating.js";

const owners = new WeakMap(); // popover -> what it was opened from
const aligned = new WeakMap();
const watched = new WeakSet();

export function openBeside(popover, anchor, { align = null } = {}) {
  watch(popover);
  close(popover);
  owners.set(popover, anchor);
  aligned.set(popover, align);
  anchor.setAttribute("aria-expanded", "true");
  popover.showPopover();
  placeBeside(popover, anchor, { align });
}

export function close(popover) {
  if (popover.matches(":popover-open")) popover.hidePopover();
}

/** Where it stands, anew: it grew. */
export function settle(popover) {
  const anchor = owners.get(popover);
  if (anchor?.isConnected && popover.matches(":popover-open")) placeBeside(popover, anchor, { align: aligned.get(popover) });
}

/** What it was opened from, while it is open. */
export const ownerOf = (popover) => owners.get(popover) ?? null;

function watch(popover) {
  if (watched.has(popover)) return;
  watched.add(popover);
  popover.addEventListener("beforetoggle", ({ newState }) => {
    if (newState !== "closed") return;
    const anchor = owners.get(popover);
    owners.delete(popover);
    anchor?.setAttribute("aria-expanded", "false");
    // Somebody who pressed elsewhere is elsewhere already.
    if (popover.contains(document.activeElement) && anchor?.isConnected) anchor.focus({ preventScroll: true });
  });
}
