/* How whatever shows a task says that it is selected: to the eye by data-selected, to screen readers on its link. */

import { gettext } from "../helpers/words.js";
import { selection } from "../models/selection.js";

/** Shows on an element of a task whether that is selected. */
export function markSelected(shown, id) {
  const selected = selection.has(id);
  if (shown.hasAttribute("data-selected") === selected) return;
  shown.toggleAttribute("data-selected", selected);
  const link = shown.querySelector("a");
  if (selected) link?.setAttribute("aria-description", gettext("selected"));
  else link?.removeAttribute("aria-description");
}
