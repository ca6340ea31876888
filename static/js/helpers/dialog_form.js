/* A form in a dialog: sent once at a time, closed when it went well, with the server's words beside the fields when not. */

import { store } from "../models/project_store.js";

/**
 * Calls `send` when the form is sent; the dialog closes unless it throws or gives false. Closed before the answer is
 * there, it may ask of something else by then: that is left alone.
 */
export function onSend(form, send) {
  const dialog = form.closest("dialog");
  let sent = null;
  const become = (now) => {
    sent = now;
    if (sent) form.setAttribute("aria-busy", "true");
    else form.removeAttribute("aria-busy");
  };
  dialog.addEventListener("close", () => become(null));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sent) return;
    const mine = {};
    become(mine);
    tell(dialog, {});
    try {
      if ((await send()) !== false && sent === mine) dialog.close();
    } catch (error) {
      if (sent === mine) tell(dialog, error);
      else store.emit({ noun: "news", action: "created", text: error.words ?? error.message, kind: "danger" });
    }
    if (sent === mine) become(null);
  });
}

/** Errors beside their fields ([data-error=name]); what belongs to none below them ([data-error=""]). */
export function tell(dialog, { errors = {}, detail = "" }) {
  const places = [...dialog.querySelectorAll("[data-error]")];
  const known = places.map(({ dataset }) => dataset.error);
  for (const place of places) {
    const name = place.dataset.error;
    const rest = Object.keys(errors).filter((key) => !known.includes(key)).flatMap((key) => errors[key]);
    const words = name ? (errors[name] ?? []) : rest.length ? rest : Object.keys(errors).length ? [] : [detail];
    place.textContent = words.join(" ");
    place.hidden = !place.textContent;
    dialog.querySelector(`[name="${name}"]`)?.classList.toggle("is-invalid", Boolean(name && words.length));
  }
  dialog.querySelector(".is-invalid")?.focus();
}
