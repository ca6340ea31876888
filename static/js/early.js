/* A press that comes before the page's scripts is not lost, as over a slow line: it is done once they are there. And a
   second press while a form is on its way does not send it again: two projects, say. A classic script in the head, to
   be there before any button. */
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

  const AGAIN = 5_000; // somebody who stopped the page, or exports the same once more
  let sent = {};
  addEventListener("submit", (event) => {
    const { target: form, submitter, defaultPrevented, timeStamp: at } = event;
    if (defaultPrevented || form.method !== "post") return;
    if (form === sent.form && submitter === sent.submitter && at - sent.at < AGAIN) event.preventDefault();
    else sent = { form, submitter, at };
  });
  addEventListener("pageshow", () => (sent = {})); // back again: the form is as it was before
})();
