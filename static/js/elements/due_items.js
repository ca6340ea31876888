/* When something may be due, as items of a menu. */

import { dueText, eveningIn } from "../helpers/format.js";
import { gettext } from "../helpers/words.js";

/** act(due_at): ISO 8601, or null for no date. */
export function dueItems(act) {
  const words = [
    [0, gettext("Today")],
    [1, gettext("Tomorrow")],
    [7, gettext("In a week")],
  ];
  const days = words.map(([days, label]) => ({ label, due: eveningIn(days) }));
  return [
    ...days.map(({ label, due }) => ({ label, icon: "calendar3", note: label === words[2][1] ? dueText(due) : undefined, act: () => act(due) })),
    { label: gettext("No due date"), icon: "calendar-x", act: () => act(null) },
  ];
}
