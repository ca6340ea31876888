/* People and tasks named in a text: who they are, and that they can be opened. */

import { store } from "../models/project_store.js";
import { router } from "./router.js";

/** Tells the links of one rendered text what they stand for. */
export function nameReferences(root) {
  for (const link of root.querySelectorAll("a.mention[data-user]")) {
    const user = Number(link.dataset.user);
    link.title = store.person(user).name;
    link.setAttribute("role", "button");
    link.tabIndex = 0;
    link.toggleAttribute("data-me", user === store.me?.id);
  }
  for (const link of root.querySelectorAll("a.task-ref[data-number]")) {
    const number = Number(link.dataset.number);
    const task = store.tasks.where((each) => each.number === number)[0];
    if (task) link.title = task.title;
  }
}

/** Opens what a click or Enter hit in a rendered text; `showPerson(user, link)` shows a person. */
export function followReference(event, showPerson) {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = event.target.closest?.("a");
  if (!link || !plain || (event.type === "click" && event.button !== 0)) return false;
  if (link.matches(".mention[data-user]")) {
    showPerson(Number(link.dataset.user), link);
  } else if (event.type !== "click" || !link.hasAttribute("href") || link.target || !router.follow(link.href)) {
    return false;
  }
  event.preventDefault();
  return true;
}
