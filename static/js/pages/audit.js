/* The audit log follows what happens: whatever may have become an entry has the newest page of it read again. */

import "../models/page.js";

import "../elements/connection_pill.js";
import "../elements/permitted_items.js";
import { freshPart } from "../helpers/fresh_part.js";
import { store } from "../models/project_store.js";

const readAgain = freshPart("entries");
const further = new URLSearchParams(location.search).has("before");
// A lively board and room have nothing read again: only what may be an entry.
const telling = ({ name, action }) =>
  action === "deleted" || name === "task.created" || name.startsWith("project.") || name.startsWith("member.");

store.on("log", (event) => further || (telling(event) && readAgain()));
store.on("reset", () => further || readAgain());

// A choice counts at once; the button is for those without scripts.
for (const choice of document.querySelectorAll("#audit-filter select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
