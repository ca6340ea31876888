import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { Board } from "../../static/js/models/board.js";
import { BulkChanges } from "../../static/js/models/bulk_changes.js";
import { ProjectStore } from "../../static/js/models/project_store.js";
import { Undo } from "../../static/js/models/undo.js";

const row = (id, column, position, more = {}) => ({
  id, column, position, ref: `WEB-${id}`, title: `Task ${id}`, version: 1, assignees: [], labels: [],
  completed_at: null, updated_at: "2026-01-01T00:00:00Z", ...more,
}); // prettier-ignore

function made(answers) {
  const store = new ProjectStore();
  store.replace({
    sequence: 1,
    project: { id: 7 },
    me: { id: 1 },
    columns: [
      { id: 1, name: "To do", position: "a", done: false },
      { id: 2, name: "Done", position: "b", done: true },
    ],
    tasks: [row(1, 1, "a"), row(2, 1, "b", { assignees: [5] }), row(3, 1, "c"), row(4, 2, "a", { completed_at: "2026-01-01T00:00:00Z" })],
  });
  const sent = [];
  const api = { post: async (path, body) => (sent.push([path, body]), answers(path, body, store)) };
  const board = new Board(store);
  const news = [];
  const undo = new Undo();
  store.on("news", (each) => news.push(each));
  store.on("news", (each) => each.undo && undo.push(each));
  return { store, sent, news, undo, board, bulk: new BulkChanges({ store, api, board }) };
}

const inColumn = (board, column) => board.cards(column).map(({ id }) => id);

test("they move together at once, in the board's order, and by one request", async () => {
  const { bulk, board, sent, news, store } = made((_, body) => ({
    items: body.tasks.map((id, n) => row(id, 2, `z${n}`, { version: 2, completed_at: "2026-02-01T00:00:00Z", updated_at: "2026-02-01T00:00:00Z" })),
    undo: 9,
  }));
  const done = bulk.move([3, 1], 2);
  assert.deepEqual([inColumn(board, 1), inColumn(board, 2)], [[2], [4, 1, 3]]);
  assert.ok(store.tasks.get(1).completed_at);
  assert.equal(await done, true);
  assert.deepEqual(inColumn(board, 2), [4, 1, 3]);
  assert.deepEqual([sent.length, sent[0][0], sent[0][1].tasks], [1, "projects/7/tasks/bulk", [1, 3]]);
  assert.match(news[0].text, /2 tasks moved to Done/);
});

test("refused, all is as it was, with a word why", async () => {
  const { bulk, board, news } = made(() => {
    throw new ApiError(422, { detail: "The column is full." });
  });
  assert.equal(await bulk.complete([1, 2]), false);
  assert.deepEqual([inColumn(board, 1), inColumn(board, 2)], [[1, 2, 3], [4]]);
  assert.match(news.at(-1).text, /column is full/);
  assert.equal(news.at(-1).kind, "danger");
});

test("deleted and brought back", async () => {
  const { bulk, store, undo } = made((path) =>
    path.startsWith("batches/") ? { items: [row(1, 1, "a"), row(2, 1, "b")], left: [], detail: null } : { items: [], undo: 9 },
  );
  await bulk.delete([1, 2]);
  assert.equal(store.tasks.size, 2);
  await undo.take();
  assert.equal(store.tasks.size, 4);
});

test("what could not be undone is said", async () => {
  const { bulk, news, undo } = made((path) =>
    path.startsWith("batches/") ? { items: [], left: [1], detail: "One has been changed since." } : { items: [], undo: 9 },
  );
  await bulk.change([1, 2], { priority: "high" });
  await undo.take();
  assert.equal(news[1].text, "One has been changed since.");
});

test("adding somebody leaves the others", async () => {
  const { bulk, store } = made(() => new Promise(() => {}));
  bulk.assign([1, 2], { add: [6] });
  assert.deepEqual([store.tasks.get(1).assignees, store.tasks.get(2).assignees], [[6], [5, 6]]);
});

test("completing what waits for others says so, but not of those that are completed with it", async () => {
  const answer = () => ({ items: [], undo: 9 });
  const { bulk, store, news } = made(answer);
  store.tasks.put(row(1, 1, "a", { blocked_by: [2], version: 2 }));
  await bulk.complete([1, 2]);
  assert.equal(news.at(-1).text, "2 tasks completed.");
  store.tasks.put(row(3, 1, "c", { blocked_by: [1], version: 2 }));
  await bulk.complete([2, 3]);
  assert.equal(news.at(-1).text, "2 tasks completed. Of these, WEB-3 still waited for tasks that are not done.");
  await bulk.delete([3]);
  assert.equal(news.at(-1).text, "1 task deleted.");
});

test("what is completed already stays where it is", () => {
  const { bulk, board } = made(() => new Promise(() => {}));
  bulk.complete([4, 1]);
  assert.deepEqual(inColumn(board, 2), [4, 1]);
});

test("taken back before the answer is there", async () => {
  let answer;
  const { bulk, sent, undo } = made((path) =>
    path.startsWith("batches/") ? { items: [], detail: null } : new Promise((resolve) => (answer = resolve)),
  );
  bulk.move([1, 2], 2);
  const undone = undo.take();
  answer({ items: [], undo: 9 });
  await undone;
  assert.deepEqual(sent.map(([path]) => path), ["projects/7/tasks/bulk", "batches/9/undo"]);
});

test("where nothing changed there is nothing to undo", async () => {
  const { bulk, undo } = made(() => ({ items: [], undo: null }));
  await bulk.complete([4]);
  assert.equal(undo.size, 0);
});

test("between two cards that stay", () => {
  const { bulk, board, sent } = made(() => new Promise(() => {}));
  bulk.move([3, 4], 1, { after: 1, before: 2 });
  assert.deepEqual(inColumn(board, 1), [1, 3, 4, 2]);
  assert.deepEqual([sent[0][1].after, sent[0][1].before], [1, 2]);
});

test("above the first", () => {
  const { bulk, board } = made(() => new Promise(() => {}));
  bulk.move([2, 3], 1, { before: 1 });
  assert.deepEqual(inColumn(board, 1), [2, 3, 1]);
});
