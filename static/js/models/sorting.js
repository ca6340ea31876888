/* Tasks in the order of a list's column: "due", or "-due" the other way around. Pure. */

const RANK = { urgent: 0, high: 1, medium: 2, low: 3, none: 4 };

/** What stands first: nothing (no date, nobody) always comes last, whichever way. */
const KEYS = {
  title: (task) => task.title.toLocaleLowerCase(),
  due: (task) => (task.due_at ? Date.parse(task.due_at) : null),
  priority: (task) => (task.priority === "none" ? null : RANK[task.priority]),
  assignee: (task, { nameOf }) => (task.assignees.length ? nameOf(task.assignees[0]).toLocaleLowerCase() : null),
  column: (task, { placeOf }) => placeOf(task),
};

/** tasks: in the order of the board, which stays where two are equal. placeOf(task): the place of its column. */
export function sorted(tasks, sort, { nameOf = () => "", placeOf = () => 0 } = {}) {
  if (!sort) return tasks;
  const down = sort.startsWith("-");
  const key = KEYS[sort.replace("-", "")];
  const keyed = tasks.map((task, index) => ({ task, index, value: key(task, { nameOf, placeOf }) }));
  keyed.sort((one, other) => {
    if ((one.value === null) !== (other.value === null)) return one.value === null ? 1 : -1;
    return (down ? -1 : 1) * compare(one.value, other.value) || one.index - other.index;
  });
  return keyed.map(({ task }) => task);
}

const compare = (one, other) =>
  typeof one === "string" && typeof other === "string" ? one.localeCompare(other) : Number(one > other) - Number(one < other);

/** What a click on a column's head makes of the order: up, down, and as on the board. */
export const nextSort = (sort, name) => (sort === name ? `-${name}` : sort === `-${name}` ? null : name);
