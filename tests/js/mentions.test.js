import assert from "node:assert/strict";
import { test } from "node:test";

import { mentionAt, peopleFor } from "../../static/js/models/mentions.js";

const person = (id, handle, name) => ({ id, handle, name });
const members = [person(1, "ana", "Ana Öztürk"), person(2, "ben", "Ben Ode"), person(3, "gus", "Gus Anders"), person(4, "anders", "Zoe Lind")];
const ask = (query, more = {}) =>
  peopleFor(query, { members, inRoom: [1, 2], statusOf: (id) => ({ 3: "active", 4: "idle" })[id] ?? "offline", me: 2, ...more }).map(({ handle }) => handle);

test("an @ counts at the beginning of a word, with the caret after it", () => {
  assert.deepEqual(mentionAt("hello @an", 9), { query: "an", from: 6 });
  assert.deepEqual(mentionAt("@", 1), { query: "", from: 0 });
  assert.equal(mentionAt("mail@example", 12), null);
  assert.equal(mentionAt("hello @an you", 13), null);
  assert.deepEqual(mentionAt("(@be", 4), { query: "be", from: 1 });
});

test("people of the room come first, then those who are here", () => {
  assert.deepEqual(ask("an"), ["ana", "gus", "anders"]);
});

test("names match by any of their words, without accents, and never oneself", () => {
  assert.deepEqual(ask("ozt"), ["ana"]);
  assert.deepEqual(ask("o"), ["ana"]);
});

test("at most eight", () => {
  const many = Array.from({ length: 30 }, (_, place) => person(place + 10, `h${place}`, `Person ${place}`));
  assert.equal(ask("", { members: many }).length, 8);
});
