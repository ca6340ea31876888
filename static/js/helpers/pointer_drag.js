/* A drag by pointer, from the press to the drop: with a mouse from anywhere, after some pixels, with a finger or a pen by a
   handle alone, so that scrolling never drags. Escape ends it. */

const THRESHOLD = 4;

/**
 * pick(target, {handle}) answers with what a press would drag, or null; lift(thing, {x, y}) begins, and may refuse with
 * false; move({x, y}) follows; then either drop(), where it was last, or cancel(). Frames are few where a page is busy: a
 * drop may come before the one that would draw it. `handle`: the selector of what a finger drags by.
 */
export function onDrag(root, { handle, pick, lift, move, drop, cancel }) {
  let held = null;

  const listen = (verb) => {
    for (const name of ["pointermove", "pointerup", "pointercancel"]) document[verb](name, follow, true);
    for (const name of ["keydown", "contextmenu"]) document[verb](name, guard, true);
    globalThis[verb]("blur", end);
  };
  const end = () => {
    const lifted = held?.lifted;
    listen("removeEventListener");
    held = null;
    if (lifted) cancel();
  };
  const follow = (event) => {
    if (event.pointerId !== held.pointer) return;
    const at = { x: event.clientX, y: event.clientY };
    if (event.type === "pointercancel") return end();
    if (event.type === "pointerup") return release(at);
    if (!held.lifted) {
      if (Math.hypot(at.x - held.x, at.y - held.y) < THRESHOLD) return;
      if (lift(held.thing, { x: held.x, y: held.y }) === false) return end();
      held.lifted = true;
      getSelection()?.removeAllRanges();
    }
    event.preventDefault();
    move(at);
  };
  const release = (at) => {
    const { lifted } = held;
    listen("removeEventListener");
    held = null;
    if (!lifted) return;
    swallowClick();
    move(at);
    drop();
  };
  const guard = (event) => {
    if (event.type === "contextmenu" && (held.lifted || held.touch)) stop(event);
    if (event.type === "keydown" && held.lifted) {
      stop(event); // no key means anything else while one holds a card
      if (event.key === "Escape") end();
    }
  };

  root.addEventListener(
    "pointerdown",
    (event) => {
      if (held || !event.isPrimary || event.button !== 0) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const onHandle = event.target.closest(handle);
      const touch = event.pointerType !== "mouse";
      if (touch && !onHandle) return;
      const thing = pick(event.target, { onHandle: Boolean(onHandle) });
      if (!thing) return;
      if (touch) event.stopPropagation(); // a long press on the handle is no menu
      held = { thing, pointer: event.pointerId, x: event.clientX, y: event.clientY, lifted: false, touch };
      listen("addEventListener");
    },
    { capture: true },
  );
  // The browser's own drag of links would take the pointer away.
  root.addEventListener("dragstart", (event) => pick(event.target, {}) && event.preventDefault());
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** The release of a drag is no click on what lies under it. */
function swallowClick() {
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }));
}
