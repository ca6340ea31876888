/* What one does with the labels of a project: rename, recolour, delete. Items for an action menu. */

import { api } from "../helpers/api.js";
import { gettext, interpolate, language, ngettext } from "../helpers/words.js";
import { store } from "../models/project_store.js";
import { askName } from "./name_dialog.js";
import { toast } from "./toast_stack.js";

export const COLOURS = () => ({
  grey: gettext("Grey"),
  red: gettext("Red"),
  orange: gettext("Orange"),
  amber: gettext("Amber"),
  green: gettext("Green"),
  teal: gettext("Teal"),
  blue: gettext("Blue"),
  indigo: gettext("Indigo"),
  purple: gettext("Purple"),
  pink: gettext("Pink"),
});

/** One item a label, each with what can be done to it. `returnTo`: what has the focus afterwards. */
export const labelItems = (returnTo) =>
  store.labels
    .all()
    .sort((one, other) => one.name.localeCompare(other.name, language()))
    .map((label) => ({ label: label.name, colour: label.colour, items: () => actions(label, returnTo) }));

function actions(label, returnTo) {
  return [
    { label: gettext("Rename"), icon: "pencil", act: () => rename(label, returnTo) },
    {
      label: gettext("Colour"),
      icon: "palette",
      items: () =>
        Object.entries(COLOURS()).map(([colour, name]) => ({
          label: name,
          colour,
          checked: colour === label.colour,
          act: () => colour !== label.colour && change(label, { colour }),
        })),
    },
    {
      label: gettext("Delete …"),
      icon: "trash",
      danger: true,
      items: () => [{ label: deletionOf(label), icon: "trash", danger: true, act: () => remove(label) }],
    },
  ];
}

function deletionOf(label) {
  const count = store.tasks.where((task) => task.labels.includes(label.id)).length;
  const words = ngettext("Delete for good, and take it off %(count)s task", "Delete for good, and take it off %(count)s tasks", count);
  return count ? interpolate(words, { count }) : gettext("Delete for good");
}

function rename(label, returnTo) {
  askName({
    title: gettext("Rename label"),
    label: gettext("Name"),
    submit: gettext("Rename"),
    value: label.name,
    returnTo,
    act: async (name) => store.labels.put(await api.patch(`labels/${label.id}`, { name })),
  });
}

async function change(label, values) {
  const takeOff = store.labels.overlay(label.id, values);
  try {
    store.labels.put(await api.patch(`labels/${label.id}`, values));
  } catch (error) {
    toast({ text: error.words ?? error.message, kind: "danger" });
  } finally {
    takeOff();
  }
}

async function remove(label) {
  try {
    await api.delete(`labels/${label.id}`);
    store.labels.delete(label.id, { by: store.me.id });
  } catch (error) {
    toast({ text: error.words ?? error.message, kind: "danger" });
  }
}
