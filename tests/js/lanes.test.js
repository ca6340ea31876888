import assert from "node:assert/strict";
import { test } from "node:test";

import { groupsOf, laneAct } from "../../static/js/models/lanes.js";
import { nextSort, sorted } from "../../static/js/models/sorting.js";

const task = (id, more = {}) => ({
  id, title: `Task ${id}`, assignees: [], labels: [], priority: "none", due_at: null, ...more,
}); // prettier-ignore
const ids = (tasks) => tasks.map(({ id }) => id);
const keys = (groups) => groups.map(({ key, tasks }) => [key, ...ids(tasks)]);

test("nothing grouped is no groups", () => assert.equal(groupsOf(null, [task(1)]), null));

test("a card of two people stands with both, whoever left comes after, nobody last", () => {
  const tasks = [task(1, { assignees: [7, 8] }), task(2), task(3, { assignees: [8] }), task(4, { assignees: [99] })];
  assert.deepEqual(keys(groupsOf("assignee", tasks, [8, 7, 6])), [["8", 1, 3], ["7", 1], ["99", 4], ["nothing", 2]]);
});

test("a label that is gone is none", () => {
  const tasks = [task(1, { labels: [5] }), task(2, { labels: [404] })];
  assert.deepEqual(keys(groupsOf("label", tasks, [5])), [["5", 1], ["nothing", 2]]);
});

test("priorities, the highest first", () => {
  const tasks = [task(1), task(2, { priority: "urgent" }), task(3, { priority: "low" })];
  assert.deepEqual(keys(groupsOf("priority", tasks)), [["urgent", 2], ["low", 3], ["none", 1]]);
});

test("from one lane into another", () => {
  const two = [task(1, { assignees: [7, 8] }), task(2, { assignees: [7, 9] })];
  assert.equal(laneAct("label", two, 5, 5), null);
  assert.deepEqual(laneAct("priority", two, "none", "high"), { action: "change", priority: "high" });
  assert.deepEqual(laneAct("assignee", two, 7, 9), { action: "assign", add: [9], remove: [7] });
  assert.deepEqual(laneAct("assignee", two, 7, null), { action: "assign", add: [], remove: [7, 8, 9] });
  assert.deepEqual(laneAct("label", two, null, 5), { action: "label", add: [5], remove: [] });
});

test("sorted by each, what has none last both ways, the board's order between equals", () => {
  const tasks = [
    task(1, { due_at: "2026-02-01T00:00:00Z", priority: "low", assignees: [2] }),
    task(2, { title: "alpha" }),
    task(3, { due_at: "2026-01-01T00:00:00Z", priority: "urgent", assignees: [1] }),
    task(4, { priority: "urgent" }),
  ];
  const more = { nameOf: (id) => ({ 1: "Ana", 2: "ben" })[id], placeOf: ({ id }) => (id === 4 ? 0 : 1) };
  assert.deepEqual(ids(sorted(tasks, null)), [1, 2, 3, 4]);
  assert.deepEqual(ids(sorted(tasks, "due", more)), [3, 1, 2, 4]);
  assert.deepEqual(ids(sorted(tasks, "-due", more)), [1, 3, 2, 4]);
  assert.deepEqual(ids(sorted(tasks, "priority", more)), [3, 4, 1, 2]);
  assert.deepEqual(ids(sorted(tasks, "assignee", more)), [3, 1, 2, 4]);
  assert.deepEqual(ids(sorted(tasks, "title", more))[0], 2);
  assert.deepEqual(ids(sorted(tasks, "column", more)), [4, 1, 2, 3]);
});

test("a head clicked again and again", () => {
  assert.deepEqual([nextSort(null, "due"), nextSort("due", "due"), nextSort("-due", "due"), nextSort("due", "title")],
    ["due", "-due", null, "title"]); // prettier-ignore
});
