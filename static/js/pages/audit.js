/* The audit log follows what happens: whatever may have become an entry has the newest page of it read again. */

import "../models/page.js";

import "../elements/connection_pill.js";
import { freshPart } from "../helpers/fresh_part.js";
import { store } from "../models/project_store.js";

const readAgain = freshPart("entries");
const further = new URLSearchParams(location.search).has("before");
const always = new Set(["project", "member", "me"]);
const things = new Set(["task", "comment", "message", "column", "label", "channel", "room"]);

store.on("*", ({ noun, action, live }) => {
  if (further || !(live || action === "reset")) return;
  if (always.has(noun) || (things.has(noun) && action !== "updated" && (action === "deleted" || noun === "task"))) readAgain();
});

// A choice counts at once; the button is for those without scripts.
for (const choice of document.querySelectorAll("#audit-filter select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
