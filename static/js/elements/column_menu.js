/* What an admin can do with a column: rename, say whether it means done, move, delete with a place for its tasks. */

import { api } from "../helpers/api.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { openMenu } from "./action_menu.js";
import { toast } from "./toast_stack.js";

export function openColumnMenu(column, at, { rename }) {
  const columns = changes.board.columns();
  const place = columns.findIndex(({ id }) => id === column.id);
  return openMenu({
    at,
    label: interpolate(gettext("Column %(name)s"), column),
    items: [
      { label: gettext("Rename"), icon: "pencil", act: rename },
      {
        label: gettext("Tasks here are done"),
        icon: "check-circle",
        checked: column.done,
        act: () => change(column, { done: !column.done }),
      },
      place > 0 && {
        label: gettext("Move to the left"),
        icon: "arrow-left",
        act: () => move(column, { before: columns[place - 1].id }),
      },
      place < columns.length - 1 && {
        label: gettext("Move to the right"),
        icon: "arrow-right",
        act: () => move(column, { after: columns[place + 1].id }),
      },
      columns.length > 1 && { line: true },
      columns.length > 1 && remove(column, columns),
    ],
  });
}

function remove(column, columns) {
  const count = changes.board.cards(column.id).length;
  const item = { label: gettext("Delete"), icon: "trash", danger: true };
  if (!count) return { ...item, act: () => discard(column) };
  const heading = interpolate(
    ngettext("Delete; its %(count)s task goes to …", "Delete; its %(count)s tasks go to …", count),
    { count },
  );
  const heirs = columns
    .filter(({ id }) => id !== column.id)
    .map((heir) => ({ label: heir.name, icon: "arrow-right", act: () => discard(column, heir) }));
  return { ...item, label: heading, items: heirs };
}

export const change = (column, values) =>
  tell(async () => store.columns.put(await api.patch(`columns/${column.id}`, values)));

const move = (column, where) => tell(async () => store.columns.put(await api.post(`columns/${column.id}/move`, where)));

const discard = (column, heir) => tell(() => api.delete(`columns/${column.id}${heir ? `?move_to=${heir.id}` : ""}`));

async function tell(act) {
  try {
    await act();
  } catch (error) {
    toast({ text: error.words ?? error.message, kind: "danger" });
  }
}
