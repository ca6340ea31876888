import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { ProjectStore } from "../../static/js/models/project_store.js";
import { TaskChanges } from "../../static/js/models/task_changes.js";
import { Undo } from "../../static/js/models/undo.js";

const task = (id, column, position, more = {}) => ({
  id,
  ref: `WEB-${id}`,
  column,
  position,
  version: 1,
  labels: [],
  assignees: [],
  completed_at: null,
  ...more,
});

function stage() {
  const store = new ProjectStore();
  store.replace({
    sequence: 0,
    me: { id: 1, role: "member" },
    columns: [
      { id: 10, name: "To do", position: "a0" },
      { id: 12, name: "Done", position: "a2", done: true },
    ],
    tasks: [task(1, 10, "a0"), task(2, 10, "a1"), task(3, 12, "a0", { completed_at: "2026-01-01T00:00:00Z" })],
  });
  const calls = [];
  const answers = [];
  const call = (method) => (path, body) => {
    calls.push([method, path, body]);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  };
  const api = { post: call("POST"), patch: call("PATCH"), delete: call("DELETE") };
  const news = [];
  const undo = new Undo();
  store.on("news", (item) => news.push(item));
  store.on("news", (item) => item.undo && undo.push(item));
  const waits = [];
  const wait = (delay) => new Promise((resolve) => waits.push({ delay, over: resolve }));
  return { store, calls, answers, news, undo, waits, changes: new TaskChanges({ store, api, now: () => 0, wait }) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("completing what waits for others says what it waits for, however one completes it", () => {
  const { store, news, changes } = stage();
  store.tasks.put(task(1, 10, "a0", { version: 2, blocked_by: [2, 3] }));
  changes.complete(1);
  assert.equal(news.at(-1).text, "WEB-1 completed. It still waited for WEB-2, which is not done.");
  changes.reopen(1);
  changes.move(1, { column: 12 });
  assert.match(news.at(-1).text, /moved to Done\. It still waited for WEB-2, which is not done\.$/);
  changes.complete(2);
  assert.equal(news.at(-1).text, "WEB-2 completed.");
});

test("a move is seen at once, confirmed, and can be taken back", async () => {
  const { store, calls, answers, news, changes } = stage();
  assert.ok(changes.move(1, { column: 12 }));
  assert.equal(store.tasks.get(1).column, 12);
  assert.ok(store.tasks.get(1).completed_at, "a done column completes");
  await settle();
  assert.deepEqual(calls, [["POST", "tasks/1/move", { column: 12, after: 3 }]]);
  answers[0].resolve(task(1, 12, "a1", { version: 2, completed_at: "2026-11-22T10:00:00Z" }));
  await settle();
  assert.equal(store.tasks.get(1).position, "a1");
  assert.equal(news[0].text, "WEB-1 moved to Done.");
  news[0].undo();
  await settle();
  assert.deepEqual(calls[1], ["POST", "tasks/1/move", { column: 10, before: 2 }]);
});

test("a refused move goes back, with a word of why", async () => {
  const { store, answers, news, changes } = stage();
  changes.move(1, { column: 12 });
  await settle();
  answers[0].reject(new ApiError(403, { detail: "This project is archived." }));
  await settle();
  assert.equal(store.tasks.get(1).column, 10);
  assert.deepEqual([news[1].text, news[1].kind], ["WEB-1 could not be moved. This project is archived.", "danger"]);
});

test("quick moves of one card go out one after the other, and are taken back as one", async () => {
  const { store, calls, answers, news, changes } = stage();
  changes.move(1, { place: "down" });
  changes.move(1, { column: 12, place: "top" });
  await settle();
  assert.equal(calls.length, 1);
  answers[0].resolve(task(1, 10, "a2", { version: 2 }));
  await settle();
  assert.equal(store.tasks.get(1).column, 12, "the first answer does not pull the card back");
  assert.equal(calls.length, 2);
  answers[1].resolve(task(1, 12, "Zz", { version: 3 }));
  await settle();
  assert.equal(news[0].key, news[1].key);
  news[1].undo();
  await settle();
  assert.deepEqual(calls[2][2], { column: 10, before: 2 });
});

test("a move that leads nowhere asks nobody", async () => {
  const { calls, changes } = stage();
  assert.equal(changes.move(1, { place: "up" }), false);
  await settle();
  assert.equal(calls.length, 0);
});

test("delete hides at once, undo restores, also when pressed before the answer", async () => {
  const { store, calls, answers, undo, changes } = stage();
  changes.delete(1);
  assert.equal(store.tasks.has(1), false);
  const undone = undo.take();
  await settle();
  answers[0].resolve(null);
  await settle();
  assert.deepEqual(calls[1], ["POST", "tasks/1/restore", undefined]);
  answers[1].resolve(task(1, 10, "a0", { version: 2 }));
  await undone;
  assert.ok(store.tasks.has(1));
});

test("a refused delete shows the card again", async () => {
  const { store, answers, undo, changes } = stage();
  changes.delete(1);
  await settle();
  answers[0].reject(new ApiError(0));
  await settle();
  assert.ok(store.tasks.has(1));
  assert.equal(undo.size, 0);
});

test("complete goes to the done column, reopen comes back to the first", async () => {
  const { store, calls, answers, changes } = stage();
  changes.complete(1);
  assert.equal(store.tasks.get(1).column, 12);
  changes.reopen(3);
  assert.equal(store.tasks.get(3).column, 10);
  await settle();
  assert.deepEqual(
    calls.map(([, path]) => path),
    ["tasks/1/complete", "tasks/3/reopen"],
  );
  answers[0].resolve(task(1, 12, "a1", { completed_at: "2026-11-22T10:00:00Z", version: 2 }));
  await settle();
  assert.equal(store.tasks.get(1).version, 2);
});

test("two people labelling one task both keep their label", async () => {
  const { store, calls, answers, changes } = stage();
  changes.toggle(1, "labels", 5, true);
  assert.deepEqual(store.tasks.get(1).labels, [5]);
  await settle();
  answers[0].reject(new ApiError(409, { task: task(1, 10, "a0", { version: 2, labels: [9] }) }));
  await settle();
  assert.deepEqual(calls[1], ["PATCH", "tasks/1", { labels: [9, 5], version: 2 }]);
  answers[1].resolve(task(1, 10, "a0", { version: 3, labels: [9, 5] }));
  await settle();
  assert.deepEqual(store.tasks.get(1).labels, [9, 5]);
});

test("what is too fast stays on the board, waits as long as it is told, and goes again", async () => {
  const { store, calls, answers, news, waits, changes } = stage();
  changes.move(1, { column: 12 }, { quiet: true });
  await settle();
  answers[0].reject(new ApiError(429, {}, { retryAfter: 2 }));
  await settle();
  assert.equal(store.tasks.get(1).column, 12);
  assert.deepEqual([calls.length, waits.length, waits[0].delay], [1, 1, 2_000]);
  waits[0].over();
  await settle();
  assert.deepEqual(calls[1], calls[0]);
  answers[1].resolve(task(1, 12, "a1", { version: 2 }));
  await settle();
  assert.deepEqual([store.tasks.get(1).column, news.length], [12, 0]);
});
