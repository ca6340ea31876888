import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../static/js/models/history.js";

const ROOM = 5;

/** A room of `count` messages with ids 1..count, and a history of it; answers wait until `answer()` when `slow`. */
function room(count, { slow = false, most } = {}) {
  const messages = Array.from({ length: count }, (_, place) => ({ id: place + 1, room: ROOM }));
  const deleted = new Set();
  const waiting = [];
  const page = ({ before, after, around, limit }) => {
    let items;
    if (after !== undefined) items = messages.filter(({ id }) => id > after).slice(0, limit);
    else if (around !== undefined) {
      const place = messages.findIndex(({ id }) => id >= around);
      items = messages.slice(Math.max(0, place - limit / 2), place + limit / 2);
    } else items = messages.filter(({ id }) => before === undefined || id < before).slice(-limit);
    const next = items.length && items[0].id > messages[0].id ? items[0].id : null;
    const newer = items.length && items.at(-1).id < messages.at(-1).id ? items.at(-1).id : null;
    return { items, next, newer };
  };
  const fetchPage = (query) => {
    const answer = page(query);
    return slow ? new Promise((resolve) => waiting.push(() => resolve(answer))) : Promise.resolve(answer);
  };
  const history = new History({ room: ROOM, fetchPage, put: (row) => (deleted.has(row.id) ? undefined : row), most });
  return { history, messages, deleted, answer: () => waiting.splice(0).forEach((resolve) => resolve()) };
}

const post = (messages) => {
  const row = { id: messages.length + 1, room: ROOM };
  messages.push(row);
  return row;
};

test("opens at the newest page and grows towards the older end until there is no more", async () => {
  const { history } = room(120);
  await history.open();
  assert.deepEqual([history.first, history.last, history.hasOlder, history.hasNewer], [71, 120, true, false]);
  await history.older();
  await history.older();
  assert.deepEqual([history.first, history.size, history.hasOlder], [1, 120, false]);
});

test("opened around a message it grows in both directions", async () => {
  const { history } = room(300);
  await history.open({ around: 100 });
  assert.deepEqual([history.first, history.last, history.hasOlder, history.hasNewer], [50, 149, true, true]);
  for (let round = 0; round < 4; round += 1) await history.newer();
  assert.deepEqual([history.last, history.hasNewer, history.size], [300, false, 251]);
});

test("a new message stands at the end only when the end is here", async () => {
  const { history, messages } = room(300);
  await history.open({ around: 100 });
  assert.equal(history.add(post(messages)), false);
  await history.open();
  assert.equal(history.last, 301);
  assert.equal(history.add(post(messages)), true);
  assert.equal(history.add({ id: 303, room: ROOM + 1 }), false);
  assert.equal(history.last, 302);
});

test("what is posted while the newest page is on its way is not missed, nor what came in a wrong order", async () => {
  const { history, messages, answer } = room(10, { slow: true });
  const opening = history.open();
  history.add(post(messages));
  answer();
  await opening;
  assert.equal(history.last, 11);
  assert.equal(history.add({ id: 13, room: ROOM }), true);
  assert.equal(history.add({ id: 12, room: ROOM }), true);
  assert.deepEqual(history.ids.slice(-3), [11, 12, 13]);
});

test("a page that comes after the deletion does not bring the message back", async () => {
  const { history, deleted, answer } = room(10, { slow: true });
  const opening = history.open();
  deleted.add(7);
  history.remove(7);
  answer();
  await opening;
  assert.equal(history.has(7), false);
  assert.equal(history.size, 9);
});

test("a row deleted meanwhile ends nothing", async () => {
  const { history, deleted } = room(300);
  await history.open({ around: 100 });
  deleted.add(160);
  await history.newer();
  assert.deepEqual([history.has(160), history.hasNewer], [false, true]);
});

test("an answer for an earlier opening is not taken", async () => {
  const { history, answer } = room(300, { slow: true });
  const first = history.open({ around: 20 });
  const second = history.open();
  answer();
  await Promise.all([first, second]);
  assert.deepEqual([history.first, history.last], [251, 300]);
});

test("stays within its measure by dropping the end that is not read", async () => {
  const { history } = room(500, { most: 100 });
  await history.open();
  await history.older();
  await history.older();
  assert.deepEqual([history.first, history.last, history.size, history.hasNewer], [351, 450, 100, true]);
  await history.newer();
  assert.deepEqual([history.first, history.last, history.hasNewer, history.hasOlder], [401, 500, false, true]);
});

test("asks for a page once, however often it is asked", async () => {
  let asked = 0;
  const history = new History({
    room: ROOM,
    put: (row) => row,
    fetchPage: async () => {
      asked += 1;
      return { items: [{ id: 100 - asked, room: ROOM }], next: 1, newer: null };
    },
  });
  await history.open();
  await Promise.all([history.older(), history.older(), history.older()]);
  assert.equal(asked, 2);
});

test("a failed page can be asked for again", async () => {
  let failing = true;
  const history = new History({
    room: ROOM,
    put: (row) => row,
    fetchPage: async () => {
      if (failing) throw new Error("no connection");
      return { items: [{ id: 1, room: ROOM }], next: null, newer: null };
    },
  });
  await assert.rejects(history.open());
  assert.equal(history.opened, false);
  failing = false;
  await history.open();
  assert.deepEqual(history.ids, [1]);
});
