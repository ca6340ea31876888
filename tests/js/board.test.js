import assert from "node:assert/strict";
import { test } from "node:test";

import { Board, between } from "../../static/js/models/board.js";
import { ProjectStore } from "../../static/js/models/project_store.js";

const card = (id, column, position) => ({ id, column, position, version: 1 });

function stage() {
  const store = new ProjectStore();
  store.replace({
    sequence: 0,
    columns: [
      { id: 12, name: "Done", position: "a2", done: true },
      { id: 10, name: "To do", position: "a0" },
      { id: 11, name: "Doing", position: "a1" },
    ],
    tasks: [card(3, 10, "a2"), card(1, 10, "Zz"), card(2, 10, "a0"), card(4, 11, "a0")],
  });
  return { store, board: new Board(store) };
}

const ids = (rows) => rows.map(({ id }) => id);

test("columns and cards stand in the order of their positions, capitals first, equal ones by id", () => {
  const { board, store } = stage();
  assert.deepEqual(ids(board.columns()), [10, 11, 12]);
  assert.deepEqual(ids(board.cards(10)), [1, 2, 3]);
  store.tasks.put({ ...card(9, 10, "a0") });
  assert.deepEqual(ids(board.cards(10)), [1, 2, 9, 3]);
});

test("a moved card leaves one column and stands in the other", () => {
  const { board, store } = stage();
  board.cards(10);
  board.cards(11);
  store.tasks.put({ ...card(2, 11, "a1"), version: 2 });
  assert.deepEqual(
    [ids(board.cards(10)), ids(board.cards(11))],
    [
      [1, 3],
      [4, 2],
    ],
  );
});

test("intents name a neighbour and show the place at once", () => {
  const { board, store } = stage();
  const task = store.tasks.get(2);
  assert.deepEqual(board.intent(task, { place: "up" }).request, { column: 10, before: 1 });
  assert.deepEqual(board.intent(task, { place: "down" }).request, { column: 10, after: 3 });
  assert.deepEqual(board.intent(task, { column: 11, place: "top" }).request, { column: 11, before: 4 });
  assert.deepEqual(board.intent(task, { column: 11 }).request, { column: 11, after: 4 });
  assert.deepEqual(board.intent(task, { column: 12 }).request, { column: 12 });
  store.tasks.put(card(5, 11, "a2"));
  assert.deepEqual(board.intent(task, { column: 11, place: { index: 1 } }).request, {
    column: 11,
    after: 4,
    before: 5,
  });
  assert.deepEqual(board.intent(task, { column: 11, place: { index: 9 } }).request, { column: 11, after: 5 });
  assert.equal(board.intent(store.tasks.get(1), { place: "up" }), null);
  assert.equal(board.intent(store.tasks.get(3), { place: "down" }), null);
  for (const place of ["top", "bottom", "up", "down"]) {
    const { patch } = board.intent(task, { place });
    const takeOff = store.tasks.overlay(2, patch);
    const wanted = { top: [2, 1, 3], up: [2, 1, 3], bottom: [1, 3, 2], down: [1, 3, 2] }[place];
    assert.deepEqual(ids(board.cards(10)), wanted, place);
    takeOff();
  }
});

test("a card goes back to where it was though its neighbours changed", () => {
  const { board, store } = stage();
  store.tasks.put({ ...card(2, 11, "a1"), version: 2 });
  store.tasks.delete(1);
  const back = board.intent(store.tasks.get(2), { column: 10, place: { position: "a0" } });
  assert.deepEqual(back.request, { column: 10, before: 3 });
});

test("between sorts between, again and again", () => {
  let [low, high] = ["a0", "a1"];
  for (let n = 0; n < 20; n += 1) {
    const middle = between(low, high);
    assert.ok(low < middle && middle < high);
    if (n % 2) low = middle;
    else high = middle;
  }
  assert.ok(between(null, "A0") < "A0");
  assert.ok(between("zz", null) > "zz");
});

test("several that move together stand between neighbours that stay", () => {
  const { board } = stage();
  assert.deepEqual(board.neighboursBut([2], 10, { after: 2, before: 3 }), { after: 1, before: 3 });
  assert.deepEqual(board.neighboursBut([1, 2], 10, { after: 2, before: 3 }), { after: null, before: 3 });
  assert.deepEqual(board.neighboursBut([3, 2], 10, { after: 1, before: 2 }), { after: 1, before: null });
  assert.deepEqual(board.neighboursBut([4], 10, { after: 3, before: undefined }), { after: 3, before: null });
});
