/* <newest-pill>: says to whoever reads further up how much is new, and leads to the newest end by a click. */

import { part } from "../helpers/dom.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";

const MOST = 99;

export class NewestPill extends HTMLElement {
  show({ shown, count }) {
    const button = part(this, "pill-button");
    button.hidden = !shown;
    button.toggleAttribute("data-quiet", !count);
    const words = count
      ? interpolate(ngettext("%(count)s new message", "%(count)s new messages", count), { count: count > MOST ? `${MOST}+` : count })
      : gettext("Newest");
    if (part(this, "pill-words").textContent !== words) part(this, "pill-words").textContent = words;
  }
}

customElements.define("newest-pill", NewestPill);
