/* What an admin can do with a column: rename, say whether it means done, move, delete with a place for its tasks. */

import { api } from "../helpers/api.js";
import { COLOURS, colourWord } from "../helpers/colours.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate, ngettext } from "../helpers/words.js";
import { collapsed } from "../models/collapsed.js";
import { store } from "../models/project_store.js";
import { between } from "../models/board.js";
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
      { label: gettext("Fold away"), icon: "arrows-collapse-vertical", act: () => collapsed.toggle(column.id) },
      ...(may("manage_columns") ? managing(column, columns, place, rename) : []),
    ],
  });
}

function managing(column, columns, place, rename) {
  return [
      { line: true },
      { label: gettext("Rename"), icon: "pencil", act: rename },
      { label: gettext("Colour"), icon: "palette", items: () => colours(column) },
      {
        label: gettext("Limit …"),
        icon: "speedometer2",
        note: column.limit ? String(column.limit) : undefined,
        act: () => document.querySelector("column-limit").open(column),
      },
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
  ];
}

const colours = (column) =>
  COLOURS.map((colour) => ({
    label: colourWord(colour),
    colour,
    checked: column.colour === colour,
    act: () => change(column, { colour }),
  }));

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

const move = (column, where) => moveColumn(column.id, where);

/** where: {before?, after?}, ids of columns. Seen at once; refused, it stands where it stood, and says why. */
export function moveColumn(id, where) {
  const others = changes.board.columns().filter((column) => column.id !== id);
  const at = others.findIndex((column) => column.id === where.after);
  const ahead = others.findIndex((column) => column.id === where.before);
  const index = at >= 0 ? at + 1 : Math.max(ahead, 0);
  const takeOff = store.columns.overlay(id, { position: between(others[index - 1]?.position, others[index]?.position) });
  return tell(async () => store.columns.put(await api.post(`columns/${id}/move`, where))).finally(takeOff);
}

const discard = (column, heir) => tell(() => api.delete(`columns/${column.id}${heir ? `?move_to=${heir.id}` : ""}`));

async function tell(act) {
  try {
    await act();
  } catch (error) {
    toast({ text: error.words ?? error.message, kind: "danger" });
  }
}
