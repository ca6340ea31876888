/* What one does with a task wherever it stands but on the board itself: keys, menu, right click and long press. Whatever
   shows a task has data-task-id and a link; the layouts say where arrows lead. */

import { isWriting } from "../helpers/dom.js";
import { onPress } from "../helpers/press.js";
import { may } from "../helpers/rights.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { openMoveMenu, openTaskMenu } from "./task_menu.js";

const shownOf = (target) => target.closest?.("[data-task-id]");
const idOf = (shown) => Number(shown.dataset.taskId);

/**
 * Lets `root` be used by hand and keys. step(shown, key) -> the element of a task to go to (or nothing); keys: more of
 * them, {key: (shown, id) => ...}.
 */
export function listenToTasks(root, { step, keys = {} }) {
  root.addEventListener("keydown", (event) => key(event, step, keys));
  root.addEventListener("click", (event) => {
    const shown = shownOf(event.target);
    const act = shown && event.target.closest("[data-act]")?.dataset.act;
    if (act === "menu") openTaskMenu(idOf(shown), event.target.closest("[data-act]"), { returnTo: linkOf(shown) });
    if (act === "tick") turn(idOf(shown));
  });
  root.addEventListener("focusin", (event) => rove(root, shownOf(event.target)));
  onPress(root, ({ x, y, target }) => {
    const shown = shownOf(target);
    if (!shown || isWriting(target)) return false;
    openTaskMenu(idOf(shown), { x, y }, { returnTo: linkOf(shown) });
    return true;
  });
}

export const linkOf = (shown) => shown.querySelector("a");

/** Tab comes to one task, arrows to the others. */
export function rove(root, shown = null) {
  const links = [...root.querySelectorAll("[data-task-id] a")];
  const current = shown ? linkOf(shown) : (links.find((link) => link.tabIndex === 0) ?? links[0]);
  for (const link of links) {
    const index = link === current ? 0 : -1;
    if (link.tabIndex !== index) link.tabIndex = index;
  }
}

function key(event, step, keys) {
  const shown = shownOf(event.target);
  if (!shown || isWriting(event.target) || event.target.closest("button")) return;
  const id = idOf(shown);
  const name = `${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.key}`;
  if (event.ctrlKey || event.metaKey) return;
  const act =
    keys[name] ??
    {
      m: () => openMoveMenu(id, shown, { returnTo: linkOf(shown) }),
      ".": () => openTaskMenu(id, shown, { returnTo: linkOf(shown) }),
      d: () => turn(id),
      e: () => may("move_tasks") && changes.archive(id),
      Delete: () => may("delete_tasks") && changes.delete(id),
      Backspace: () => may("delete_tasks") && changes.delete(id),
    }[name] ??
    (event.altKey || event.shiftKey ? null : goTo(step(shown, event.key)));
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act(shown, id);
}

const goTo = (next) => next && (() => linkOf(next).focus());

function turn(id) {
  if (!may("move_tasks")) return;
  if (store.tasks.get(id)?.completed_at) changes.reopen(id);
  else changes.complete(id);
}

/** The one before or after in `list`, for "ArrowUp", "ArrowDown", Home, End and the letters of the board. */
export function neighbour(list, shown, pressed) {
  const at = list.indexOf(shown);
  const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: list.length - 1 }[pressed];
  return to === undefined ? null : list[to];
}
