import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { ProjectStore } from "../../static/js/models/project_store.js";
import { TaskOutbox } from "../../static/js/models/outbox.js";

function stage(kept = null) {
  const store = new ProjectStore();
  store.replace({ sequence: 0, project: { id: 1 }, me: { id: 1 }, columns: [{ id: 10, position: "a0" }] });
  const calls = [];
  const answers = [];
  const storage = { kept };
  const timers = [];
  let made = 0;
  const outbox = new TaskOutbox({
    store,
    api: {
      post: (path, body) => (
        calls.push([path, body]),
        new Promise((resolve, reject) => answers.push({ resolve, reject }))
      ),
    },
    drafts: {
      get: () => storage.kept,
      set: (_, value) => (storage.kept = structuredClone(value)),
      delete: () => (storage.kept = null),
    },
    clock: { setTimeout: (act, delay) => timers.push({ act, delay }), clearTimeout: () => {} },
    newId: () => `id-${++made}`,
  });
  return { store, outbox, calls, answers, storage, timers };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("written tasks stand there at once and go out in their order", async () => {
  const { store, outbox, calls, answers, storage } = stage();
  outbox.add({ column: 10, title: "One" });
  outbox.add({ column: 10, title: "Two" });
  assert.deepEqual(
    outbox.in(10).map(({ title, state }) => [title, state]),
    [
      ["One", "pending"],
      ["Two", "pending"],
    ],
  );
  assert.deepEqual(calls, [["projects/1/tasks", { title: "One", column: 10, client_id: "id-1" }]]);
  answers[0].resolve({ id: 1, column: 10, client_id: "id-1", version: 1 });
  await settle();
  assert.equal(calls.length, 2);
  assert.ok(store.tasks.has(1));
  assert.deepEqual(
    outbox.in(10).map(({ title }) => title),
    ["Two"],
  );
  assert.equal(storage.kept.length, 1);
  answers[1].resolve({ id: 2, column: 10, client_id: "id-2", version: 1 });
  await settle();
  assert.equal(storage.kept, null);
});

test("the event may come before the answer: one card, never two", async () => {
  const { store, outbox, answers } = stage();
  outbox.add({ column: 10, title: "One" });
  store.apply({ sequence: 1, name: "task.created", by: 1, data: { id: 1, column: 10, client_id: "id-1", version: 1 } });
  assert.equal(outbox.in(10).length, 0);
  answers[0].resolve({ id: 1, column: 10, client_id: "id-1", version: 1 });
  await settle();
  assert.equal(store.tasks.size, 1);
});

test("without connection it waits, and repeats with the same client_id when the line is back", async () => {
  const { store, outbox, calls, answers, timers } = stage();
  outbox.add({ column: 10, title: "One" });
  answers[0].reject(new ApiError(0));
  await settle();
  assert.equal(outbox.in(10)[0].state, "waiting");
  assert.equal(timers.length, 1);
  store.emit({ noun: "connection", state: "live" });
  assert.deepEqual(calls[1], calls[0]);
});

test("refused: it says why, stays, and can be retried or discarded; the next goes on", async () => {
  const { outbox, calls, answers } = stage();
  outbox.add({ column: 10, title: "One" });
  outbox.add({ column: 10, title: "Two" });
  answers[0].reject(new ApiError(422, { detail: "No.", errors: { title: ["Too long."] } }));
  await settle();
  const [failed] = outbox.in(10);
  assert.deepEqual([failed.state, failed.words, calls.length], ["failed", "Too long.", 2]);
  answers[1].resolve({ id: 2, column: 10, client_id: "id-2", version: 1 });
  await settle();
  outbox.retry(failed.client_id);
  assert.equal(calls[2][1].client_id, "id-1");
  answers[2].reject(new ApiError(422, { detail: "No." }));
  await settle();
  outbox.discard(failed.client_id);
  assert.equal(outbox.in(10).length, 0);
});

test("a task whose column was deleted meanwhile goes to the first, and is shown there until then", async () => {
  const { outbox, calls } = stage([{ client_id: "old", column: 99, title: "Kept", state: "failed", words: "" }]);
  assert.equal(outbox.in(10).length, 0);
  assert.equal(outbox.in(10, { orphans: true })[0].title, "Kept");
  outbox.retry("old");
  assert.equal(calls[0][1].column, null);
});

test("what was on its way when the page was reloaded goes out again", () => {
  const { outbox, calls } = stage([{ client_id: "old", column: 10, title: "Kept", state: "waiting", words: "" }]);
  assert.equal(outbox.in(10)[0].title, "Kept");
  assert.equal(calls[0][1].client_id, "old");
});

test("the first sign of a server sends what waits for one, but not what was too fast", async () => {
  const { store, outbox, calls, answers } = stage();
  outbox.add({ column: 10, title: "One" });
  const reach = () => store.emit({ noun: "reached", action: "updated" });
  reach();
  assert.equal(calls.length, 1);
  answers[0].reject(new ApiError(0));
  await settle();
  reach();
  assert.equal(calls.length, 2);
  answers[1].reject(new ApiError(429, {}, { retryAfter: 60 }));
  await settle();
  reach();
  assert.equal(calls.length, 2);
});
