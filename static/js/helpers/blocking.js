/* Which tasks wait for which. A task's row names those that it waits for; one that is done, deleted or not known here
   holds nobody up. */

/** The open tasks that `task` still waits for. */
export const openBlockers = (task, store) =>
  (task.blocked_by ?? []).map((id) => store.tasks.get(id)).filter((blocker) => blocker && !blocker.completed_at);

/** The tasks that wait for the one with this id. */
export const waitingFor = (id, store) => store.tasks.where((task) => task.blocked_by?.includes(id));

export const refsOf = (tasks) => tasks.map(({ ref }) => ref).join(", ");
