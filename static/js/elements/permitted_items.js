/* What stands on the page for those alone who may do it: `data-may="export"`. It comes and goes with the right. */

import { may } from "../helpers/rights.js";
import { store } from "../models/project_store.js";

function draw() {
  for (const item of document.querySelectorAll("[data-may]")) item.hidden = !may(item.dataset.may);
}

for (const noun of ["project", "me", "reset"]) store.on(noun, draw);
