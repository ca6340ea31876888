import assert from "node:assert/strict";
import { test } from "node:test";

import { RoomReading } from "../../static/js/models/room_reading.js";

const ROOM = 5;
const [ME, BEN] = [1, 2];

/** Messages 1 to 9, of Ben except the eighth; `unread` of them from `first_unread` on. */
function reader({ unread = 0, last_read = 9, first_unread = null } = {}) {
  let now = { unread, last_read, first_unread };
  const told = [];
  const read = (room, message, left) => {
    now = { unread: left, last_read: message, first_unread: left ? message + 1 : null };
  };
  const store = {
    me: { id: ME },
    messages: { get: (id) => ({ id, author: id === 8 ? ME : BEN }) },
    readings: { at: () => now, read },
  };
  const reading = new RoomReading(ROOM, { store, mark: { read: (room, message) => told.push(message) } });
  const history = { ids: [1, 2, 3, 4, 5, 6, 7, 8, 9], hasNewer: false };
  return { reading, history, told, now: () => now, set: (change) => (now = { ...now, ...change }) };
}

test("seeing a part reads it, one's own messages are never unread", () => {
  const { reading, history, told, now } = reader({ unread: 3, last_read: 5, first_unread: 6 });
  reading.sawUpTo(7, history);
  assert.deepEqual(now(), { unread: 1, last_read: 7, first_unread: 8 });
  assert.deepEqual(told, [7]);
});

test("nothing is told before the first unread is seen, nor of what was read", () => {
  const { reading, history, told } = reader({ unread: 2, last_read: 3, first_unread: 6 });
  for (const seen of [2, 3, 5]) reading.sawUpTo(seen, history);
  assert.deepEqual(told, []);
});

test("beyond the loaded stretch the server's count goes down by what was seen", () => {
  const { reading, history, now } = reader({ unread: 80, last_read: 5, first_unread: 6 });
  reading.sawUpTo(9, { ...history, hasNewer: true });
  assert.equal(now().unread, 77);
});

test("the divider stays where it is while one watches, and moves when more comes while one is away", () => {
  const { reading, set } = reader({ unread: 2, last_read: 5, first_unread: 6 });
  reading.divide();
  assert.equal(reading.divider, 6);
  set({ unread: 0, first_unread: null });
  reading.changed({ watching: true });
  assert.equal(reading.divider, 6);
  set({ unread: 1, first_unread: 9 });
  reading.changed({ watching: false });
  assert.equal(reading.divider, 9);
});

test("what came below is counted until it is seen or deleted", () => {
  const { reading, history } = reader();
  for (const id of [6, 7, 9]) reading.cameBelow(id);
  reading.forget(9);
  assert.equal(reading.count, 2);
  reading.sawUpTo(6, history);
  assert.equal(reading.count, 1);
});
