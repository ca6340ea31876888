/* What one can filter and group by, as items of a menu, and what is filtered by, as chips. */

import { element, icon } from "../helpers/dom.js";
import { PRIORITIES, priorityWord } from "../helpers/priorities.js";
import { gettext, interpolate } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { toggled } from "../models/filter.js";
import { store } from "../models/project_store.js";
import { nextSort } from "../models/sorting.js";
import { avatarOf } from "./user_avatar.js";

const dueWords = () => ({
  overdue: gettext("Overdue"),
  today: gettext("Due today"),
  week: gettext("Due this week"),
  none: gettext("No due date"),
});

const priorityWords = (priority) =>
  priority === "none"
    ? gettext("No priority")
    : interpolate(gettext("%(priority)s priority"), { priority: priorityWord(priority) });

const byName = (one, other) => one.name.localeCompare(other.name);

function listItem(name, value, item) {
  const checked = boardView.filter[name].includes(value);
  return { ...item, checked, stays: true, act: () => boardView.open(toggled(boardView.filter, name, value)) };
}

export function filterItems() {
  const others = store.members.where(({ id }) => id !== store.me.id).sort(byName);
  const labels = store.labels.all().sort(byName);
  return [
    { heading: gettext("Assigned to") },
    listItem("assignee", "me", { label: gettext("Me"), avatar: store.me.id, note: store.me.name }),
    ...others.map(({ id, name, handle }) => listItem("assignee", id, { label: name, avatar: id, note: handle })),
    listItem("assignee", "none", { label: gettext("Nobody"), icon: "person-slash" }),
    { heading: gettext("Due") },
    ...Object.entries(dueWords()).map(([due, label]) => ({
      label,
      icon: due === "none" ? "calendar-x" : "calendar3",
      checked: boardView.filter.due === due,
      stays: true,
      act: () => boardView.change({ due: boardView.filter.due === due ? null : due }),
    })),
    labels.length && { heading: gettext("Label") },
    ...labels.map(({ id, name, colour }) => listItem("label", id, { label: name, colour })),
    labels.length && listItem("label", "none", { label: gettext("No label"), icon: "tag" }),
    { heading: gettext("Priority") },
    ...PRIORITIES.map((priority) => listItem("priority", priority, { label: priorityWords(priority), icon: "flag" })),
  ].filter(Boolean);
}

export function laneItems() {
  const { lanes } = boardView.filter;
  const words = { assignee: gettext("Assignee"), label: gettext("Label"), priority: gettext("Priority") };
  return [
    { label: gettext("No groups"), checked: !lanes, act: () => boardView.change({ lanes: null }) },
    ...Object.entries(words).map(([name, label]) => ({
      label,
      checked: lanes === name,
      act: () => boardView.change({ lanes: name }),
    })),
  ];
}

/** What a list is sorted by: where there is no room for its heads, this is the way. */
export function sortItems() {
  const { sort } = boardView.filter;
  const words = {
    title: gettext("Title"),
    column: gettext("Column"),
    due: gettext("Due"),
    priority: gettext("Priority"),
    assignee: gettext("People"),
  };
  return [
    { label: gettext("As on the board"), checked: !sort, act: () => boardView.change({ sort: null }) },
    ...Object.entries(words).map(([name, label]) => ({
      label,
      checked: sort?.replace("-", "") === name,
      act: () => boardView.change({ sort: nextSort(sort, name) }),
    })),
  ];
}

/** [{name, value, label, mark}] of what hides anything. */
export function chipsOf(filter) {
  return [
    ...filter.assignee.map((value) => ({ name: "assignee", value, ...personChip(value) })),
    ...filter.label.map((value) => ({ name: "label", value, ...labelChip(value) })),
    ...filter.priority.map((value) => ({ name: "priority", value, label: priorityWords(value), mark: icon("flag") })),
    filter.due && { name: "due", value: filter.due, label: dueWords()[filter.due], mark: icon("calendar3") },
    filter.q.trim() && { name: "q", value: "", label: `“${filter.q.trim()}”`, mark: icon("search") },
  ].filter(Boolean);
}

function personChip(value) {
  if (value === "none") return { label: gettext("Nobody"), mark: icon("person-slash") };
  const id = value === "me" ? store.me.id : value;
  return { label: value === "me" ? gettext("Me") : store.person(id).name, mark: avatarOf(id, { size: 20 }) };
}

function labelChip(value) {
  if (value === "none") return { label: gettext("No label"), mark: icon("tag") };
  const label = store.labels.get(value);
  return {
    label: label?.name ?? gettext("A label that is gone"),
    mark: element("span", { className: "label-dot", dataset: { colour: label?.colour ?? "grey" } }),
  };
}
