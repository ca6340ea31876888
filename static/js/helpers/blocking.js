/* Which tasks wait for which. A task's row names those that it waits for; one that is done, deleted or not known here
   holds nobody up. */

import { gettext, interpolate } from "./words.js";

/** The open tasks that `task` still waits for. */
export const openBlockers = (task, store) =>
  (task.blocked_by ?? []).map((id) => store.tasks.get(id)).filter((blocker) => blocker && !blocker.completed_at);

/** The tasks that wait for the one with this id. */
export const waitingFor = (id, store) => store.tasks.where((task) => task.blocked_by?.includes(id));

export const refsOf = (tasks) => tasks.map(({ ref }) => ref).join(", ");

/** What to say of tasks that are completed though they wait for others; "" when they don't. */
export function warningOf(completed, store) {
  const waiting = completed.filter((task) => openBlockers(task, store).length);
  if (!waiting.length) return "";
  if (completed.length > 1)
    return interpolate(gettext("Of these, %(refs)s still waited for tasks that are not done."), { refs: refsOf(waiting) });
  const refs = refsOf(openBlockers(waiting[0], store));
  return interpolate(gettext("It still waited for %(refs)s, which is not done."), { refs });
}
