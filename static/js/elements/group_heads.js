/* The groups of the board's tasks as they stand before the eye: each with its words, its mark and its tasks. */

import { element, icon } from "../helpers/dom.js";
import { priorityWord } from "../helpers/priorities.js";
import { gettext, interpolate } from "../helpers/words.js";
import { groupsOf } from "../models/lanes.js";
import { store } from "../models/project_store.js";
import { avatarOf } from "./user_avatar.js";

const byName = (one, other) => one.name.localeCompare(other.name);

/** [{key, value, tasks, label, mark}] of `kind`, oneself first among people; null where nothing is grouped. */
export function groups(kind, tasks) {
  return groupsOf(kind, tasks, orderOf(kind))?.map((group) => ({ ...group, ...head(kind, group.value) })) ?? null;
}

function orderOf(kind) {
  if (kind === "label") return store.labels.all().sort(byName).map(({ id }) => id);
  if (kind !== "assignee") return [];
  const people = store.members.all().sort((one, other) => Number(other.id === store.me.id) - Number(one.id === store.me.id) || byName(one, other));
  return people.map(({ id }) => id);
}

function head(kind, value) {
  if (kind === "priority")
    return {
      label: value === "none" ? gettext("No priority") : interpolate(gettext("%(priority)s priority"), { priority: priorityWord(value) }),
      mark: icon("flag"),
    };
  if (kind === "label") {
    const label = store.labels.get(value);
    if (!label) return { label: gettext("No label"), mark: icon("tag") };
    return { label: label.name, mark: element("span", { className: "label-dot", dataset: { colour: label.colour } }) };
  }
  if (value === null) return { label: gettext("Nobody"), mark: icon("person-slash") };
  return { label: store.person(value).name, mark: avatarOf(value, { size: 20 }) };
}
