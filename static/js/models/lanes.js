/* Tasks in groups by who does them, by label or by priority. Pure: the rows come from outside. */

const PRIORITIES = ["urgent", "high", "medium", "low", "none"];

/**
 * [{key, value, tasks}] in the order in which groups stand, none of them empty; null where nothing is grouped. A task
 * with two people (or labels) stands in the groups of both. value: the id, or the priority; null for nobody and nothing.
 * order: ids of people, or of labels, as they are to stand; who is not among them (they left) comes after.
 */
export function groupsOf(kind, tasks, order = []) {
  if (!kind) return null;
  if (kind === "priority") return filled(PRIORITIES, tasks, ({ priority }) => [priority]);
  const field = kind === "assignee" ? "assignees" : "labels";
  const others = [...new Set(tasks.flatMap((task) => task[field]))].filter((id) => !order.includes(id));
  const of = (task) => (task[field].length ? task[field] : [null]);
  return filled([...order, ...(kind === "assignee" ? others : []), null], tasks, of);
}

function filled(values, tasks, of) {
  const groups = new Map(values.map((value) => [value, []]));
  for (const task of tasks) {
    const known = of(task).filter((value) => groups.has(value));
    for (const value of known.length ? known : [null]) groups.get(value)?.push(task);
  }
  return [...groups]
    .filter(([, members]) => members.length)
    .map(([value, members]) => ({ key: String(value ?? "nothing"), value, tasks: members }));
}

/** What a task becomes in the lane `to`, coming from the lane `from`: values for a change, null when nothing. */
export function laneChange(kind, task, from, to) {
  if (from === to) return null;
  if (kind === "priority") return { priority: to };
  const field = kind === "assignee" ? "assignees" : "labels";
  const left = task[field].filter((id) => id !== from);
  return { [field]: to === null ? [] : [...new Set([...left, to])] };
}
