import assert from "node:assert/strict";
import { test } from "node:test";

import { Collapsed } from "../../static/js/models/collapsed.js";
import { ProjectStore } from "../../static/js/models/project_store.js";

function stage(kept, { me = 7, columns = [1, 2] } = {}) {
  const store = new ProjectStore();
  store.replace({ sequence: 1, project: { id: 3 }, me: { id: me }, columns: columns.map((id) => ({ id, name: `Column ${id}` })) });
  const items = new Map(kept === undefined ? [] : [["taskroom:collapsed:3:7", kept]]);
  const storage = { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) };
  const told = [];
  store.on("column", ({ id }) => told.push(id));
  return { collapsed: new Collapsed({ store, storage }), items, storage, store, told };
}

test("folded, unfolded, told and kept, for this person in this project", () => {
  const { collapsed, items, storage, store, told } = stage();
  collapsed.toggle(2);
  assert.ok(collapsed.has(2) && !collapsed.has(1));
  assert.deepEqual(told, [2]);
  assert.equal(items.get("taskroom:collapsed:3:7"), "[2]");
  assert.ok(new Collapsed({ store, storage }).has(2));
  collapsed.toggle(2);
  assert.equal(items.get("taskroom:collapsed:3:7"), "[]");
});

test("somebody else who signs in here has columns of their own", () => {
  assert.ok(stage("[1]").collapsed.has(1));
  assert.ok(!stage("[1]", { me: 8 }).collapsed.has(1));
});

test("columns that are gone are kept no longer", () => {
  const { collapsed, items } = stage("[1, 99]");
  collapsed.toggle(2);
  assert.equal(items.get("taskroom:collapsed:3:7"), "[1,2]");
});

test("what is no list of ids is no folding", () => {
  for (const kept of ["{", "{}", "null", "7", '["1", null]']) assert.ok(!stage(kept).collapsed.has(1), kept);
});

test("a storage that is full or forbidden folds all the same", () => {
  const { store } = stage();
  const refuses = () => {
    throw new DOMException("no", "QuotaExceededError");
  };
  const collapsed = new Collapsed({ store, storage: { getItem: refuses, setItem: refuses } });
  collapsed.toggle(1);
  assert.ok(collapsed.has(1));
});
