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

/** What has to be done to tasks that go from the lane `from` into the lane `to`, as models/bulk_changes.js does it; or null. */
export function laneAct(kind, tasks, from, to) {
  if (from === to) return null;
  if (kind === "priority") return { action: "change", priority: to };
  const [action, field] = kind === "assignee" ? ["assign", "assignees"] : ["label", "labels"];
  // Into "nobody" all go; into another lane only the one whose lane it was.
  const remove = to === null ? [...new Set(tasks.flatMap((task) => task[field]))] : [from].filter((one) => one !== null);
  return { action, add: to === null ? [] : [to], remove };
}
