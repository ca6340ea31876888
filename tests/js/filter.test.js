import assert from "node:assert/strict";
import { test } from "node:test";

import { ALL, cleared, format, fromView, hides, matcher, parse, toggled, toView } from "../../static/js/models/filter.js";

const NOW = Date.parse("2026-11-25T12:00Z");
const DAY = 86_400_000;
const CONTEXT = {
  me: 1,
  now: NOW,
  today: [NOW - DAY / 2, NOW + DAY / 2],
  week: [NOW - 2.5 * DAY, NOW + 4.5 * DAY],
  nameOf: (label) => ({ 5: "Bug", 6: "Docs" })[label] ?? "",
};
const task = (values = {}) => ({
  ref: "WEB-12",
  title: "Write the words",
  description: "",
  assignees: [],
  labels: [],
  priority: "none",
  due_at: null,
  completed_at: null,
  ...values,
});
const matches = (search, values) => matcher(parse(search), CONTEXT)(task(values));

for (const search of [
  "",
  "layout=calendar",
  "lanes=label&assignee=me,3,none&label=5,none&priority=urgent,none&due=week&q=two+words",
  "layout=list&sort=-due",
]) {
  test(`"${search}" is read and written the same`, () => assert.equal(format(parse(search)), search));
}

test("what makes no sense counts for nothing", () => {
  for (const search of [
    "assignee=0,-1,1e3,abc,%00&label=,&due=soon&lanes=column&layout=pie&sort=-&priority=extreme",
    "q=&assignee=",
    "unknown=1",
  ])
    assert.deepEqual(parse(search), { ...ALL });
  assert.equal(parse(`q=${"x".repeat(900)}`).q.length, 200);
  assert.equal(parse(`label=${Array.from({ length: 99 }, (_, n) => n + 1)}`).label.length, 50);
});

test("everything is shown where nothing is asked", () => {
  assert.ok(matches("", {}));
  assert.equal(hides(parse("layout=list&lanes=label&sort=due")), false);
  assert.equal(hides(parse("q=%20")), false);
  assert.equal(hides(parse("q=x")), true);
});

test("any of one kind, all of different kinds", () => {
  assert.ok(matches("assignee=2,3", { assignees: [3] }));
  assert.ok(!matches("assignee=2,3", { assignees: [4] }));
  assert.ok(!matches("assignee=3&label=5", { assignees: [3], labels: [6] }));
  assert.ok(matches("assignee=3&label=5", { assignees: [3], labels: [6, 5] }));
});

test("me is whoever reads, and none is nobody", () => {
  assert.ok(matches("assignee=me", { assignees: [1] }));
  assert.ok(!matches("assignee=me", { assignees: [] }));
  assert.ok(matches("assignee=none", { assignees: [] }));
  assert.ok(!matches("assignee=none", { assignees: [2] }));
  assert.ok(matches("label=none,5", { labels: [] }));
});

test("due dates", () => {
  const at = (days) => ({ due_at: new Date(NOW + days * DAY).toISOString() });
  assert.ok(matches("due=overdue", at(-1)));
  assert.ok(!matches("due=overdue", { ...at(-1), completed_at: "2026-11-20T00:00Z" }));
  assert.ok(!matches("due=overdue", at(1)));
  assert.ok(matches("due=today", at(0.4)) && !matches("due=today", at(0.6)));
  assert.ok(matches("due=week", at(4)) && matches("due=week", at(-2)) && !matches("due=week", at(5)));
  assert.ok(matches("due=none", {}) && !matches("due=none", at(1)) && !matches("due=week", {}));
});

test("each word stands somewhere, however it is written", () => {
  assert.ok(matches("q=WORDS+write", {}));
  assert.ok(matches("q=web-12", {}));
  assert.ok(matches("q=inside", { description: "It is Inside" }));
  assert.ok(matches("q=bug", { labels: [5] }));
  assert.ok(!matches("q=words+missing", {}));
  assert.ok(matches("q=%D7%A9%D7%9C%D7%95%D7%9D", { title: "שלום עולם" }));
});

test("a value goes in and out", () => {
  const one = toggled(parse(""), "label", 5);
  assert.deepEqual(one.label, [5]);
  assert.deepEqual(toggled(one, "label", 5).label, []);
});

test("clearing keeps layout and lanes", () => {
  assert.equal(format(cleared(parse("layout=list&lanes=label&q=x&due=none"))), "layout=list&lanes=label");
});

test("a saved view's query comes back as the same filter", () => {
  const filter = parse("lanes=label&assignee=me,3&q=x");
  assert.deepEqual(toView(filter), { assignee: ["me", 3], lanes: "label", q: "x" });
  assert.deepEqual(fromView(toView(filter)), filter);
  assert.deepEqual(fromView({}), { ...ALL });
});

test("five thousand tasks take little", () => {
  const tasks = Array.from({ length: 5000 }, (_, n) =>
    task({ title: `Task ${n}`, description: "word ".repeat(200), assignees: [n % 7] }),
  );
  const ask = matcher(parse("q=task+499&assignee=1,2,3"), CONTEXT);
  tasks.filter(ask);
  const before = performance.now();
  const found = tasks.filter(ask);
  assert.ok(found.length > 0);
  assert.ok(performance.now() - before < 250);
});

test("the calendar's month stands in the address, and in no saved view", () => {
  assert.equal(parse("?layout=calendar&at=2026-12").at, "2026-12");
  assert.equal(format(parse("?at=2026-12-07&layout=calendar")), "layout=calendar&at=2026-12-07");
  for (const strange of ["2026-13", "2026-02-31T00", "12", "2026-12-99"]) assert.equal(parse(`?layout=calendar&at=${strange}`).at, null, strange);
  assert.equal(format({ ...parse("?layout=calendar&at=2026-12"), layout: null }), "");
  assert.deepEqual(toView(parse("?layout=calendar&at=2026-12")), { layout: "calendar" });
});
