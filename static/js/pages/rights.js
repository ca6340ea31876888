/* The table of rights follows what an owner changes elsewhere, unless somebody is changing it here. */

import "../models/page.js";

import "../elements/connection_pill.js";
import "../elements/permitted_items.js";
import { freshPart } from "../helpers/fresh_part.js";
import { store } from "../models/project_store.js";

const changing = () =>
  [...document.querySelectorAll('#rights input[type="checkbox"]')].some((box) => box.checked !== box.defaultChecked);

const readAgain = freshPart("rights", { ready: async () => (changing() ? null : true) });
let known = JSON.stringify([store.project.rights, store.me.role]);

function follow() {
  const now = JSON.stringify([store.project.rights, store.me.role]);
  if (now === known) return;
  known = now;
  readAgain();
}

store.on("project", follow);
store.on("me", follow);
