/* One line of a task's activity as a sentence. Rows as GET /tasks/{id}/activity gives them. */

import { fullMoment } from "./format.js";
import { priorityWord } from "./priorities.js";
import { gettext, interpolate } from "./words.js";

const list = (values) => (values ?? []).join(", ");

/** `what` -> the words and what goes in; `store` names people and tasks. */
const SENTENCES = {
  title: (row) => [gettext("%(name)s renamed it from “%(was)s” to “%(now)s”"), row],
  description: () => [gettext("%(name)s changed the description")],
  due_at: ({ was, now }) =>
    !now
      ? [gettext("%(name)s took the due date off, which was %(was)s"), { was: fullMoment(was) }]
      : was
        ? [gettext("%(name)s moved the due date from %(was)s to %(now)s"), { was: fullMoment(was), now: fullMoment(now) }]
        : [gettext("%(name)s set the due date to %(now)s"), { now: fullMoment(now) }],
  priority: ({ was, now }) => [
    gettext("%(name)s changed the priority from %(was)s to %(now)s"),
    { was: priorityWord(was), now: priorityWord(now) },
  ],
  assignees: (row, store) => both(row, (ids) => list(ids.map((id) => store.person(id).name)), {
    came: gettext("%(name)s assigned %(now)s"),
    left: gettext("%(name)s unassigned %(was)s"),
    both: gettext("%(name)s assigned %(now)s in place of %(was)s"),
  }),
  labels: (row) => both(row, list, {
    came: gettext("%(name)s added the label %(now)s"),
    left: gettext("%(name)s took off the label %(was)s"),
    both: gettext("%(name)s added the label %(now)s and took off %(was)s"),
  }),
  column: (row) => [gettext("%(name)s moved it from %(was)s to %(now)s"), row],
  completed: () => [gettext("%(name)s completed it")],
  reopened: () => [gettext("%(name)s reopened it")],
  archived: () => [gettext("%(name)s archived it")],
  unarchived: () => [gettext("%(name)s brought it back from the archive")],
  deleted: () => [gettext("%(name)s deleted it")],
  restored: () => [gettext("%(name)s restored it")],
  blocked_by: (row, store) => both(row, refs(store), {
    came: gettext("%(name)s made it wait for %(now)s"),
    left: gettext("%(name)s no longer lets it wait for %(was)s"),
  }),
  blocks: (row, store) => both(row, refs(store), {
    came: gettext("%(name)s made %(now)s wait for it"),
    left: gettext("%(name)s no longer lets %(was)s wait for it"),
  }),
  files: (row) => both(row, list, {
    came: gettext("%(name)s attached %(now)s"),
    left: gettext("%(name)s took off %(was)s"),
  }),
  item_added: (row) => [gettext("%(name)s added “%(about)s” to the checklist"), row],
  item_renamed: (row) => [gettext("%(name)s renamed “%(was)s” to “%(now)s”"), row],
  item_assigned: ({ about, was, now }, store) =>
    now
      ? [gettext("%(name)s assigned “%(about)s” to %(now)s"), { about, now: store.person(now).name }]
      : [gettext("%(name)s took %(was)s off “%(about)s”"), { about, was: store.person(was).name }],
  item_ticked: (row) => [gettext("%(name)s ticked “%(about)s”"), row],
  item_unticked: (row) => [gettext("%(name)s unticked “%(about)s”"), row],
  item_deleted: (row) => [gettext("%(name)s deleted “%(about)s” from the checklist"), row],
  item_restored: (row) => [gettext("%(name)s brought “%(about)s” back to the checklist"), row],
  item_converted: ({ about, now }, store) => [
    gettext("%(name)s made %(now)s of “%(about)s”"),
    { about, now: refs(store)([now]) },
  ],
};

export function activityWords(row, store) {
  const [words, values = {}] = SENTENCES[row.what]?.(row, store) ?? [gettext("%(name)s changed it")];
  const name = row.by === null ? gettext("Somebody") : store.person(row.by).name;
  return interpolate(words, { about: values.about, was: values.was, now: values.now, name });
}

const refs = (store) => (ids) => list(ids.map((id) => store.tasks.get(id)?.ref ?? gettext("a task")));

function both({ was, now }, words, sentences) {
  const [left, came] = [was?.length, now?.length];
  return [sentences[left && came ? "both" : came ? "came" : "left"], { was: words(was ?? []), now: words(now ?? []) }];
}
