import assert from "node:assert/strict";
import { test } from "node:test";

import { activityWords } from "../../static/js/helpers/activity_words.js";
import { ApiError } from "../../static/js/helpers/api.js";
import { openBlockers, waitingFor } from "../../static/js/helpers/blocking.js";
import { ProjectStore } from "../../static/js/models/project_store.js";
import { TaskParts } from "../../static/js/models/task_parts.js";
import { Undo } from "../../static/js/models/undo.js";

const task = (id, more = {}) => ({ id, ref: `WEB-${id}`, version: 1, completed_at: null, blocked_by: [], watchers: [], ...more });
const item = (id, position, more = {}) => ({ id, task: 1, text: `Item ${id}`, position, ticked_at: null, assignee: null, ...more });

function stage() {
  const store = new ProjectStore();
  store.replace({
    sequence: 0,
    me: { id: 1, role: "member" },
    members: [
      { id: 1, name: "Ana", avatar: {} },
      { id: 2, name: "Ben", avatar: {} },
    ],
    tasks: [task(1, { blocked_by: [2, 3, 9] }), task(2), task(3, { completed_at: "2026-01-01T00:00:00Z" })],
    checklist_items: [item(1, "a0"), item(2, "a1"), item(3, "a2"), item(4, "a0", { task: 2 })],
  });
  const [calls, answers, news] = [[], [], []];
  const call = (method) => (path, body) => {
    calls.push([method, path, body]);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  };
  const undo = new Undo();
  store.on("news", (told) => news.push(told));
  store.on("news", (told) => told.undo && undo.push(told));
  const api = { get: call("GET"), post: call("POST"), patch: call("PATCH"), delete: call("DELETE") };
  return { store, calls, answers, news, undo, parts: new TaskParts({ store, api }) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const texts = (parts) => parts.items(1).map(({ id }) => id);

test("what is done, deleted or not known holds nobody up", () => {
  const { store } = stage();
  assert.deepEqual(openBlockers(store.tasks.get(1), store), [store.tasks.get(2)]);
  assert.deepEqual(waitingFor(2, store), [store.tasks.get(1)]);
  store.tasks.delete(2);
  assert.deepEqual(openBlockers(store.tasks.get(1), store), []);
});

test("a tick is seen at once, and taken back in words when it is refused", async () => {
  const { store, calls, answers, news, parts } = stage();
  const done = parts.tick(1, true);
  assert.ok(store.checklist_items.get(1).ticked_at);
  assert.equal(store.checklist_items.get(1).ticked_by, 1);
  assert.deepEqual(calls, [["PATCH", "checklist_items/1", { ticked: true }]]);
  answers[0].reject(new ApiError(403, { detail: "You may not do this." }));
  assert.equal(await done, false);
  assert.equal(store.checklist_items.get(1).ticked_at, null);
  assert.deepEqual([news[0].text, news[0].kind], ["You may not do this.", "danger"]);
});

test("an item goes one place up or down, and not past the end", async () => {
  const { calls, parts } = stage();
  assert.equal(parts.move(1, -1), false);
  assert.equal(parts.move(3, 1), false);
  assert.equal(parts.move(3, -1), true);
  assert.deepEqual(texts(parts), [1, 3, 2]);
  assert.deepEqual(calls, [["POST", "checklist_items/3/move", { after: 1, before: 2 }]]);
});

test("a dependency is seen at once, stays when taken, and its removal can be undone", async () => {
  const { store, calls, answers, news, undo, parts } = stage();
  const done = parts.wait(1, 2, false);
  assert.deepEqual(store.tasks.get(1).blocked_by, [3, 9]);
  answers[0].resolve(null);
  await done;
  assert.deepEqual(store.tasks.get(1).blocked_by, [3, 9]);
  assert.equal(news[0].text, "WEB-1 no longer waits for WEB-2.");
  undo.take();
  await settle();
  assert.deepEqual(calls.at(-1), ["POST", "tasks/1/dependencies", { blocked_by: 2 }]);
  answers[1].reject(new ApiError(422, { errors: { blocked_by: ["They would wait for each other."] } }));
  await settle();
  assert.deepEqual(store.tasks.get(1).blocked_by, [3, 9]);
  assert.equal(news[1].text, "They would wait for each other.");
});

test("an answer that comes late undoes nothing that an event has told since", async () => {
  const { store, answers, parts } = stage();
  const done = parts.wait(1, 2, false);
  store.apply({ sequence: 1, name: "task.updated", data: task(1, { blocked_by: [3, 9] }) });
  store.apply({ sequence: 2, name: "task.updated", data: task(1, { blocked_by: [2, 3, 9] }) });
  answers[0].resolve(null);
  await done;
  assert.deepEqual(store.tasks.get(1).blocked_by, [2, 3, 9]);
});

test("what was written while a checklist is read stays, and what is gone by then goes", async () => {
  const { store, answers, parts } = stage();
  const read = parts.load(1);
  store.apply({ sequence: 1, name: "checklist_item.created", data: item(5, "a4") });
  answers[0].resolve({ items: [item(1, "a0"), item(3, "a2")] });
  await read;
  assert.deepEqual(texts(parts), [1, 3, 5]);
});

test("what was made a task leaves the checklist, and comes back, also when taken back before the answer", async () => {
  const { store, calls, answers, news, undo, parts } = stage();
  const done = parts.convert(2);
  assert.deepEqual(texts(parts), [1, 3]);
  const undone = undo.take();
  answers[0].resolve(task(7));
  const made = await done;
  assert.deepEqual([news[0].text, news[0].told(made)], ["“Item 2” is a task now.", "“Item 2” is WEB-7 now."]);
  await settle();
  answers[1].resolve(null);
  await settle();
  answers[2].resolve(item(2, "a1"));
  await undone;
  assert.deepEqual(texts(parts), [1, 2, 3]);
  assert.equal(store.tasks.get(7), undefined);
  assert.deepEqual(calls.map(([method, path]) => `${method} ${path}`), [
    "POST checklist_items/2/convert",
    "DELETE tasks/7",
    "POST checklist_items/2/restore",
  ]);
});

test("a deleted item comes back, also when taken back before the answer; refused, there is nothing to take back", async () => {
  const { calls, answers, news, undo, parts } = stage();
  parts.remove(2);
  const undone = undo.take();
  answers[0].resolve(null);
  await settle();
  answers[1].resolve(item(2, "a1"));
  await undone;
  assert.deepEqual(texts(parts), [1, 2, 3]);
  assert.deepEqual(calls.map(([method, path]) => `${method} ${path}`), ["DELETE checklist_items/2", "POST checklist_items/2/restore"]);
  parts.remove(3);
  answers[2].reject(new ApiError(403, { detail: "You may not do this." }));
  await settle();
  assert.deepEqual(texts(parts), [1, 2, 3]);
  assert.deepEqual([undo.size, news.at(-1).text], [0, "You may not do this."]);
});

test("what became of a task stands in sentences", () => {
  const { store } = stage();
  const say = (what, more = {}) => activityWords({ what, by: 1, about: "", was: null, now: null, ...more }, store);
  assert.equal(say("title", { was: "Old", now: "New" }), "Ana renamed it from “Old” to “New”");
  assert.equal(say("priority", { was: "none", now: "high" }), "Ana changed the priority from None to High");
  assert.equal(say("assignees", { was: [], now: [2] }), "Ana assigned Ben");
  assert.equal(say("assignees", { was: [2], now: [] }), "Ana unassigned Ben");
  assert.equal(say("labels", { was: ["bug"], now: ["idea"] }), "Ana added the label idea and took off bug");
  assert.equal(say("blocked_by", { now: [2] }), "Ana made it wait for WEB-2");
  assert.equal(say("blocks", { was: [99] }), "Ana no longer lets a task wait for it");
  assert.equal(say("item_assigned", { about: "Paint", was: 2 }), "Ana took Ben off “Paint”");
  assert.equal(say("item_converted", { about: "Paint", now: 3 }), "Ana made WEB-3 of “Paint”");
  assert.equal(say("completed", { by: null }), "Somebody completed it");
  assert.equal(say("something new"), "Ana changed it");
  assert.equal(say("title", { was: "%(name)s", now: "x" }), "Ana renamed it from “%(name)s” to “x”");
});
