/* "Show me what one can do here": a right click, or a long press on a screen one touches. */

const LONG = 500;
const STILL = 10;

/** Calls act({x, y, target}) for either, anywhere in `root`; a long press is no click as well. */
export function onPress(root, act) {
  let timer, start;
  let pressed = false;
  const forget = () => clearTimeout(timer);
  root.addEventListener("pointerdown", (event) => {
    pressed = false;
    forget();
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    start = { x: event.clientX, y: event.clientY, target: event.target };
    timer = setTimeout(() => {
      pressed = act(start) !== false;
    }, LONG);
  });
  root.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL) forget();
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) root.addEventListener(name, forget);
  // The finger leaves where a menu has opened meanwhile: that is no click on the menu.
  root.addEventListener("touchend", (event) => pressed && event.cancelable && event.preventDefault(), {
    passive: false,
  });
  root.addEventListener(
    "click",
    (event) => {
      if (!pressed) return;
      pressed = false;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  root.addEventListener("contextmenu", (event) => {
    if (event.shiftKey) return; // the browser's own menu stays within reach
    forget();
    if (pressed) return event.preventDefault();
    if (act({ x: event.clientX, y: event.clientY, target: event.target }) !== false) {
      event.preventDefault();
      // Where a long press makes this event, the finger is still down, and its click is none.
      pressed = event.pointerType === "touch";
    }
  });
}
