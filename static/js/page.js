/* The pages without a project: words from the server go away by themselves, the browser's zone is offered,
   a secret is copied. */

const LASTS = 8_000;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

for (const note of document.querySelectorAll(".toast-stack .toast-note")) {
  let timer;
  const count = () => (timer = setTimeout(() => note.remove(), LASTS));
  const hold = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) note.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) note.addEventListener(name, count);
  note.querySelector("[data-dismiss]")?.addEventListener("click", () => note.remove());
  if (note.dataset.kind !== "error") count();
}

// On sign-up the zone goes along unseen; the server takes it only when it knows it.
for (const field of document.querySelectorAll("input[data-browser-zone]")) field.value ||= zone;

// In the profile it is offered, when it is another than the one chosen.
for (const offer of document.querySelectorAll("[data-offer-zone]")) {
  const select = document.getElementById(offer.dataset.offerZone);
  const known = [...select.options].some((option) => option.value === zone);
  const follow = () => (offer.hidden = !known || select.value === zone);
  offer.querySelector("[data-zone-name]").textContent = zone.replaceAll("_", " ");
  offer.querySelector("button").addEventListener("click", () => {
    select.value = zone;
    follow();
    select.focus();
  });
  select.addEventListener("change", follow);
  follow();
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false; // without scripts it would do nothing
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
    } catch {
      field.select(); // no clipboard without https: one key is left to the person
    }
  });
}
