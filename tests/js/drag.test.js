import assert from "node:assert/strict";
import { test } from "node:test";

import { CardPlaces, LinePlaces, pull } from "../../static/js/models/drag.js";

// Three columns of 100 pixels, 10 apart; cards of 40 pixels, 6 apart, the first 8 below the top.
const column = (id, left, ids) => ({
  id, left, width: 100, top: 50, bottom: 450, scroll: 0,
  cards: ids.map((card, place) => ({ id: card, top: 8 + place * 46, height: 40 })),
}); // prettier-ignore
const places = (card = { id: 1, column: 7, height: 40 }) =>
  new CardPlaces({
    columns: [column(7, 0, [1, 2, 3]), column(8, 110, [4, 5]), column(9, 220, [])],
    gap: 6, first: 8, board: 0, card,
  }); // prettier-ignore

test("where it was lifted it would be dropped, and nothing makes room", () => {
  const at = places().at(50, 58);
  assert.deepEqual(at, { column: 7, index: 0 });
  assert.equal(places().shifts(at).size, 0);
});

test("past the middle of a card it goes behind it", () => {
  assert.equal(places().at(50, 58 + 19).index, 0);
  assert.equal(places().at(50, 58 + 21).index, 1);
  assert.equal(places().at(50, 4000).index, 2);
  assert.deepEqual(places().neighbours({ column: 7, index: 1 }), { after: 2, before: 3 });
  assert.deepEqual(places().neighbours({ column: 7, index: 2 }), { after: 3, before: undefined });
});

test("in another column its own closes up and that one opens", () => {
  const at = places().at(150, 58);
  assert.deepEqual(at, { column: 8, index: 0 });
  assert.deepEqual([...places().shifts(at)], [[2, -46], [3, -46], [4, 46], [5, 46]]);
  assert.deepEqual(places().gap(at), { x: 110, y: 58, width: 100, top: 50, bottom: 450 });
  assert.deepEqual(places().at(9999, 58), { column: 9, index: 0 });
});

test("what has scrolled since the lift counts", () => {
  const moved = places();
  moved.scrolled(8, 46);
  assert.equal(moved.at(150, 58).index, 1);
  assert.equal(moved.gap({ column: 8, index: 0 }).y, 58 - 46);
  moved.scrolled(null, 110);
  assert.equal(moved.at(50, 58).column, 8);
  assert.equal(moved.gap({ column: 8, index: 0 }).x, 0);
});

test("a card that was deleted meanwhile leaves no hole behind", () => {
  const gone = places({ id: 99, column: null, height: 40 });
  assert.deepEqual([...gone.shifts({ column: 7, index: 1 })], [[2, 46], [3, 46]]);
});

const line = (id) => new LinePlaces({ things: [0, 1, 2, 3].map((n) => ({ id: n + 1, from: n * 110, size: 100 })), gap: 10, id });

test("in a line a thing goes past a neighbour when its edge is past that one's middle, either way", () => {
  assert.equal(line(2).at(0), 1);
  assert.equal(line(2).at(59), 1);
  assert.equal(line(2).at(61), 2);
  assert.equal(line(2).at(171), 3);
  assert.equal(line(2).at(-59), 1);
  assert.equal(line(2).at(-61), 0);
  assert.equal(line(4).at(-9999), 0);
  assert.equal(line(1).at(9999), 3);
});

test("those between make room, and the place says whom it lies between", () => {
  assert.deepEqual([...line(2).shifts(3)], [[3, -110], [4, -110]]);
  assert.deepEqual([...line(3).shifts(0)], [[1, 110], [2, 110]]);
  assert.equal(line(2).shifts(1).size, 0);
  assert.deepEqual(line(2).neighbours(0), { after: undefined, before: 1 });
  assert.deepEqual(line(2).neighbours(2), { after: 3, before: 4 });
  assert.equal(line(2).neighbours(1), null);
});

test("near an edge it pulls, the nearer the faster, and never both ways at once", () => {
  assert.equal(pull(500, 0, 1000), 0);
  assert.equal(pull(0, 0, 1000), -18);
  assert.equal(pull(-500, 0, 1000), -18);
  assert.equal(pull(972, 0, 1000), 9);
  assert.equal(pull(15, 0, 30), 0);
});
