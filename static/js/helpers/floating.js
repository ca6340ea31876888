/* Puts what floats (a menu, a card) beside what it belongs to, and inside the window. */

const GAP = 4;
const EDGE = 8;

const clamp = (value, least, most) => Math.max(least, Math.min(value, Math.max(least, most)));

/**
 * `at`: an element (below it, or above where there is no room), or a point {x, y}. Towards the middle of the window,
 * unless `align` says "start": then it begins where the element begins.
 */
export function placeBeside(floating, at, { align = null } = {}) {
  const { offsetWidth: width, offsetHeight: height } = floating;
  const { left, top } = at instanceof Element ? beside(at, width, height, align) : { left: at.x, top: at.y };
  Object.assign(floating.style, {
    position: "fixed",
    inset: "auto",
    margin: "0",
    left: `${clamp(left, EDGE, innerWidth - width - EDGE)}px`,
    top: `${clamp(top, EDGE, innerHeight - height - EDGE)}px`,
  });
}

function beside(anchor, width, height, align) {
  const around = anchor.getBoundingClientRect();
  const atStart = align === "start" || around.left + around.width / 2 < innerWidth / 2;
  const below = around.bottom + GAP;
  const above = around.top - GAP - height;
  const fits = below + height <= innerHeight - EDGE || above < EDGE;
  return { left: atStart ? around.left : around.right - width, top: fits ? below : above };
}
