/* A form in a dialog: sent once at a time, closed when it went well, with the server's words beside the fields when not. */

/** Calls `send` when the form is sent; the dialog closes unless it throws or gives false. */
export function onSend(form, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const dialog = form.closest("dialog");
    tell(dialog, {});
    try {
      if ((await send()) !== false) dialog.close();
    } catch (error) {
      tell(dialog, error);
    }
    form.removeAttribute("aria-busy");
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
