import assert from "node:assert/strict";
import { test } from "node:test";

import { Undo } from "../../static/js/models/undo.js";

function stage() {
  const undo = new Undo();
  const done = [];
  const push = (word, more = {}) => undo.push({ word, undo: () => done.push(word), ...more });
  return { undo, done, push };
}

test("the newest is taken back first, each once", async () => {
  const { undo, done, push } = stage();
  const one = push("one");
  push("two");
  assert.ok(await undo.take());
  assert.ok(await undo.take(one));
  assert.equal(await undo.take(one), false);
  assert.equal(await undo.take(), false);
  assert.deepEqual(done, ["two", "one"]);
});

test("what is done to the same thing again is one, and its earlier toast goes", async () => {
  const { undo, done, push } = stage();
  let gone = 0;
  push("first", { key: "move:1", taken: () => (gone += 1) });
  push("second", { key: "move:1" });
  assert.equal(undo.size, 1);
  assert.equal(gone, 1);
  await undo.take();
  assert.deepEqual(done, ["second"]);
});

test("what was refused cannot be taken back", async () => {
  const { undo, push } = stage();
  push("moved", { key: "move:1" });
  undo.forget("move:1");
  assert.equal(await undo.take(), false);
});

test("one that fails says so, and is not tried again", async () => {
  const { undo } = stage();
  undo.push({ word: "x", undo: () => Promise.reject(new Error("no")) });
  await assert.rejects(undo.take(), /no/);
  assert.equal(undo.size, 0);
});

test("taken back before its answer is there, it waits for that alone", async () => {
  const { undo, done, push } = stage();
  let answer;
  push("earlier");
  undo.push({ word: "act", done: new Promise((resolve) => (answer = resolve)), undo: (made) => done.push(made) });
  const taken = undo.take();
  assert.equal(undo.size, 1);
  assert.deepEqual(done, []);
  answer("WEB-7");
  await taken;
  assert.deepEqual(done, ["WEB-7"]);
});

test("what comes to nothing is no more to be taken back, and what took its place stays", async () => {
  const { undo, done, push } = stage();
  let gone = 0;
  const refused = Promise.resolve(false);
  undo.push({ word: "alone", done: refused, undo: () => done.push("alone"), taken: () => (gone += 1) });
  undo.push({ word: "first", key: "item:1", done: refused, undo: () => done.push("first") });
  push("second", { key: "item:1" });
  await undo.take(undo.push({ word: "at once", done: refused, undo: () => done.push("at once") }));
  assert.deepEqual([undo.size, gone], [1, 1]);
  await undo.take();
  assert.deepEqual(done, ["second"]);
});

test("only so many are kept", () => {
  const { undo, push } = stage();
  for (let n = 0; n < 50; n++) push(String(n));
  assert.equal(undo.size, 20);
});
