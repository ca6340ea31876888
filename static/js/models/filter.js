/* What is to be seen of the board: a filter, lanes, a layout. As an object, as the query of an address, and as a
   question to a task. Pure: no DOM, no store. */

const DUE = ["overdue", "today", "week", "none"];
const PRIORITIES = ["urgent", "high", "medium", "low", "none"];
const LANES = ["assignee", "label", "priority"];
const LAYOUTS = ["list", "calendar"];
const SORT = /^-?(column|title|due|priority|assignee)$/;
const AT = /^\d{4}-(0[1-9]|1[0-2])(-\d\d)?$/; // a month, or a day of a week
const LONGEST = 200;
const MOST = 50;

/** Those of an address' query that are ours, in the order in which they are written. */
export const KEYS = ["layout", "at", "lanes", "sort", "assignee", "label", "priority", "due", "q"];
const LISTS = ["assignee", "label", "priority"];

/** Everything, as a board. */
export const ALL = Object.freeze({
  assignee: Object.freeze([]),
  label: Object.freeze([]),
  priority: Object.freeze([]),
  due: null,
  q: "",
  lanes: null,
  layout: null,
  at: null,
  sort: null,
});

const oneOf = (known, value) => (known.includes(value) ? value : null);
const isAt = (text) => AT.test(text ?? "") && !Number.isNaN(Date.parse(text));
const id = (text) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);
const several = (values, read) => [...new Set(values.map(read).filter((value) => value !== null))].slice(0, MOST);

/** From an address' query; what makes no sense there counts for nothing. */
export function parse(search) {
  const query = new URLSearchParams(search);
  const list = (name) => (query.get(name) ?? "").split(",").filter(Boolean);
  return {
    assignee: several(list("assignee"), (text) => oneOf(["me", "none"], text) ?? id(text)),
    label: several(list("label"), (text) => oneOf(["none"], text) ?? id(text)),
    priority: several(list("priority"), (text) => oneOf(PRIORITIES, text)),
    due: oneOf(DUE, query.get("due")),
    q: (query.get("q") ?? "").slice(0, LONGEST),
    lanes: oneOf(LANES, query.get("lanes")),
    layout: oneOf(LAYOUTS, query.get("layout")),
    at: query.get("layout") === "calendar" && isAt(query.get("at")) ? query.get("at") : null,
    sort: SORT.test(query.get("sort") ?? "") ? query.get("sort") : null,
  };
}

/** The query of an address, without its question mark; "" for everything. The same filter always reads the same. */
export function format(filter) {
  const query = new URLSearchParams();
  for (const key of KEYS) {
    const value = key === "at" && filter.layout !== "calendar" ? null : filter[key];
    if (Array.isArray(value) ? value.length : value) query.set(key, String(value));
  }
  return query.toString().replaceAll("%2C", ",");
}

/** As the server keeps it with a saved view: only what says something; of the calendar always the days of today. */
export const toView = (filter) =>
  Object.fromEntries(
    Object.entries(filter).filter(([key, value]) => key !== "at" && (Array.isArray(value) ? value.length : value)),
  );

/** From a saved view's query. */
export const fromView = (query) => parse(format({ ...ALL, ...query }));

/** Whether it hides anything. */
export const hides = (filter) => LISTS.some((name) => filter[name].length) || Boolean(filter.due || filter.q.trim());

/** The same layout and lanes, and nothing hidden. */
export const cleared = ({ layout, at, lanes, sort }) => ({ ...ALL, layout, at, lanes, sort });

/** With `value` put into one of its lists, or taken out. */
export function toggled(filter, name, value) {
  const values = filter[name];
  return {
    ...filter,
    [name]: values.includes(value) ? values.filter((other) => other !== value) : [...values, value],
  };
}

/**
 * The question "is this task to be seen?". Of one kind any will do, of different kinds all must; each word of the text
 * must stand in title, reference, description or a label's name.
 * me: own id; now, today and week: moments in milliseconds, the latter [from, to); nameOf(label) -> its name.
 */
export function matcher(filter, { me, now, today, week, nameOf = () => "" }) {
  const tests = [];
  if (filter.assignee.length) {
    const wanted = new Set(filter.assignee.map((one) => (one === "me" ? me : one)));
    const nobody = wanted.has("none");
    tests.push(({ assignees }) => (assignees.length ? assignees.some((one) => wanted.has(one)) : nobody));
  }
  if (filter.label.length) {
    const wanted = new Set(filter.label);
    const without = wanted.has("none");
    tests.push(({ labels }) => (labels.length ? labels.some((one) => wanted.has(one)) : without));
  }
  if (filter.priority.length) tests.push(({ priority }) => filter.priority.includes(priority));
  if (filter.due) tests.push(dueTest(filter.due, { now, today, week }));
  const words = filter.q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length)
    tests.push((task) => {
      const text = textOf(task);
      const labels = () => task.labels.some((label) => nameOf(label).toLocaleLowerCase().includes(words[0]));
      return words.every((word) => text.includes(word)) || (words.length === 1 && labels());
    });
  return (task) => tests.every((test) => test(task));
}

function dueTest(due, { now, today, week }) {
  if (due === "none") return (task) => !task.due_at;
  if (due === "overdue") return (task) => Boolean(task.due_at) && !task.completed_at && Date.parse(task.due_at) < now;
  const [from, to] = due === "today" ? today : week;
  return (task) => {
    const moment = task.due_at ? Date.parse(task.due_at) : NaN;
    return moment >= from && moment < to;
  };
}

// Rows are replaced, never changed: what was made small once stays right.
const texts = new WeakMap();

function textOf(task) {
  let text = texts.get(task);
  if (text === undefined) {
    text = `${task.ref} ${task.title} ${task.description ?? ""}`.toLocaleLowerCase();
    texts.set(task, text);
  }
  return text;
}
