import assert from "node:assert/strict";
import { test } from "node:test";

import { ProjectStore } from "../../static/js/models/project_store.js";
import { MOST, Selection } from "../../static/js/models/selection.js";

function made(count = 6) {
  const store = new ProjectStore();
  store.replace({
    sequence: 1,
    project: { id: 1 },
    me: { id: 1 },
    tasks: Array.from({ length: count }, (_, n) => ({ id: n + 1, version: 1 })),
  });
  const selection = new Selection(store);
  let told = 0;
  store.on("selection", () => (told += 1));
  return { store, selection, told: () => told };
}

test("one by one, and off again", () => {
  const { selection, told } = made();
  selection.toggle(1);
  selection.toggle(3);
  selection.toggle(1);
  assert.deepEqual(selection.ids, [3]);
  assert.equal(told(), 3);
});

test("a range goes from where one was, either way", () => {
  const { selection } = made();
  const order = [1, 2, 3, 4, 5, 6];
  selection.toggle(3);
  selection.extend(5, order);
  assert.deepEqual(selection.ids, [3, 4, 5]);
  selection.extend(1, order);
  assert.deepEqual(new Set(selection.ids), new Set([1, 2, 3, 4, 5]));
});

test("a range from nowhere is one", () => {
  const { selection } = made();
  selection.extend(4, [1, 2, 3, 4]);
  assert.deepEqual(selection.ids, [4]);
});

test("steps make it larger, and smaller on the way back", () => {
  const { selection } = made();
  selection.step(1, 2);
  selection.step(2, 3);
  assert.deepEqual(selection.ids, [1, 2, 3]);
  selection.step(3, 2);
  assert.deepEqual(selection.ids, [1, 2]);
});

test("what somebody deletes is selected no more, nor what a snapshot no longer has", () => {
  const { store, selection } = made();
  selection.add([1, 2, 3]);
  store.apply({ sequence: 2, name: "task.deleted", by: 2, data: { id: 2 } });
  assert.deepEqual(selection.ids, [1, 3]);
  store.replace({ sequence: 3, project: { id: 1 }, me: { id: 1 }, tasks: [{ id: 3 }] });
  assert.deepEqual(selection.ids, [3]);
});

test("never more than one request may change", () => {
  const { selection } = made(MOST + 9);
  selection.add(Array.from({ length: MOST + 9 }, (_, n) => n + 1));
  selection.toggle(MOST + 9);
  assert.equal(selection.size, MOST);
});
