/* Files dropped on a card of the board hang on its task, without opening it; what is refused waits in its panel. */

import { takeDropsOn } from "../helpers/dropping.js";
import { may } from "../helpers/rights.js";
import { router } from "../helpers/router.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { taskTray } from "../models/trays.js";
import { tellOfLeftOut } from "./file_tray.js";
import { toast } from "./toast_stack.js";

const board = document.querySelector("task-board");
const watched = new Set(); // ids of tasks whose refusals are told

if (board) takeDropsOn(board, (target) => may("edit_tasks") && target.closest("task-card"), bring);

function bring({ files, folders }, card) {
  const { id, ref } = card.task;
  const many = taskTray(id).add(files);
  tellOfLeftOut({ folders, many });
  if (!watched.has(id)) watch(id);
  const count = files.length - many;
  const words = interpolate(ngettext("%(count)s file goes to %(ref)s.", "%(count)s files go to %(ref)s.", count), { count, ref });
  if (count && !taskTray(id).troubled) toast({ text: words, key: `files:${id}` });
}

/** Until all are there: what went wrong is said, with a way to it. */
function watch(id) {
  watched.add(id);
  const told = new Set();
  const stop = taskTray(id).on(look);
  look();

  function look() {
    const { entries, busy } = taskTray(id);
    for (const { key, name, state, words } of entries) if (state === "failed" && !told.has(key)) told.add(key) && refused(id, name, words);
    if (busy) return;
    stop?.();
    watched.delete(id);
  }
}

function refused(id, name, words) {
  const task = store.tasks.get(id);
  if (!task || router.current.task === task.number) return; // one sees it there
  const open = { label: gettext("Open"), act: () => router.open({ task: task.number }) };
  toast({ text: interpolate(gettext("%(name)s: %(words)s"), { name, words }), kind: "danger", key: `files:${id}:${name}`, action: open });
}
