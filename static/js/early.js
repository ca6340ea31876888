/* A press that comes before the page's scripts is not lost, as over a slow line: it is done once they are there.
   A classic script in the head, to be there before any button. */
(() => {
  let pressed = null;
  const keep = ({ target }) => (pressed = target instanceof Element ? target.closest("button[type=button]") : null);
  addEventListener("click", keep, true);
  // Modules and deferred scripts have run by then.
  addEventListener("DOMContentLoaded", () => {
    removeEventListener("click", keep, true);
    // A menu that is open already was pressed just in time; a second press would close it.
    if (pressed?.isConnected && pressed.getAttribute("aria-expanded") !== "true") pressed.click();
  });
})();
