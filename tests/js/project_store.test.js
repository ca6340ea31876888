import assert from "node:assert/strict";
import { test } from "node:test";

import { ProjectStore } from "../../static/js/models/project_store.js";

const ANA = 1;
const BEN = 2;

const task = (id, more = {}) => ({ id, title: `Task ${id}`, version: 1, updated_at: "2026-11-22T10:00:00Z", ...more });

function storeOfBen(more = {}) {
  const store = new ProjectStore();
  store.replace({
    sequence: 10,
    epoch: "one",
    project: { id: 1, name: "Website" },
    me: { id: BEN, name: "Ben", role: "member" },
    members: [
      { id: ANA, name: "Ana", role: "owner" },
      { id: BEN, name: "Ben", role: "member" },
    ],
    tasks: [task(1)],
    rooms: [{ id: 5, channel: 4, members: [ANA, BEN] }],
    channels: [{ id: 4, name: "General" }],
    readings: [{ room: 5, last_read: 100, unread: 0, first_unread: null }],
    ...more,
  });
  return store;
}

let sequence = 10;
const event = (name, data, more = {}) => ({
  sequence: ++sequence,
  name,
  by: ANA,
  at: "2026-11-22T10:00:00Z",
  data,
  ...more,
});
const fresh = (more) => {
  sequence = 10;
  return storeOfBen(more);
};

test("an event changes the row and is heard once, however often it comes", () => {
  const store = fresh();
  const heard = [];
  store.on("task", (change) => heard.push(change));
  const renamed = event("task.updated", task(1, { title: "Renamed", version: 2 }));
  assert.equal(store.apply(renamed), true);
  assert.equal(store.apply(renamed), false);
  assert.equal(store.tasks.get(1).title, "Renamed");
  assert.equal(heard.length, 1);
  assert.deepEqual(
    [heard[0].action, heard[0].by, heard[0].live, heard[0].previous.title],
    ["updated", ANA, true, "Task 1"],
  );
});

test("sequence numbers may skip, and what is below the last is old news", () => {
  const store = fresh();
  assert.equal(store.apply({ sequence: 50, name: "task.created", by: ANA, data: task(2) }), true);
  assert.equal(store.apply({ sequence: 49, name: "task.deleted", by: ANA, data: { id: 1 } }), false);
  assert.ok(store.tasks.has(1));
});

test("an answer that comes after the deletion does not bring the row back", () => {
  const store = fresh();
  store.apply(event("task.deleted", { id: 1 }));
  assert.equal(store.tasks.put(task(1, { version: 9 })), undefined);
  assert.equal(store.tasks.has(1), false);
});

test("a deleted message that was answered in that moment keeps its place", () => {
  const store = fresh();
  const said = { id: 200, room: 5, author: BEN, html: "<p>Hello</p>", thread: null, reply_count: 0, deleted_at: null };
  store.apply(event("message.created", said, { by: BEN }));
  store.messages.delete(200); // the answer to Ben's own request: the reply is still on its way here
  store.apply(event("message.updated", { ...said, reply_count: 1 }));
  store.apply(event("message.created", { ...said, id: 201, author: ANA, thread: 200 }));
  assert.equal(store.messages.get(200), undefined);
  const gone = { ...said, html: "", reply_count: 1, deleted_at: "2026-11-22T10:01:00Z" };
  store.apply(event("message.updated", gone, { by: BEN }));
  assert.deepEqual(store.messages.get(200), gone);
  store.apply(event("message.deleted", { id: 201 }));
  store.apply(event("message.deleted", { id: 200 }));
  assert.equal(store.messages.get(200), undefined);
});

test("a restored row comes back with its created event", () => {
  const store = fresh();
  store.apply(event("task.deleted", { id: 1 }));
  store.apply(event("task.created", task(1, { version: 2 })));
  assert.equal(store.tasks.get(1).version, 2);
});

test("an answer older than the last event is not taken", () => {
  const store = fresh();
  store.apply(event("task.updated", task(1, { title: "Newest", version: 3 })));
  store.tasks.put(task(1, { title: "Old", version: 2 }));
  assert.equal(store.tasks.get(1).title, "Newest");
  store.apply(event("task.updated", task(1, { title: "Newest", version: 3, comment_count: 4 })));
  assert.equal(store.tasks.get(1).comment_count, 4);
});

test("an edited message is not undone by a page of history read before the edit", () => {
  const store = fresh();
  store.apply(event("message.created", { id: 101, room: 5, author: ANA, body: "teh", edited_at: null }));
  store.apply(
    event("message.updated", { id: 101, room: 5, author: ANA, body: "the", edited_at: "2026-11-22T10:01:00Z" }),
  );
  store.messages.put({ id: 101, room: 5, author: ANA, body: "teh", edited_at: null });
  assert.equal(store.messages.get(101).body, "the");
});

test("an answer asked for before the last event of its row may be older: it is not taken", () => {
  const store = fresh();
  const message = (...users) => ({ id: 101, room: 5, author: ANA, body: "Yes", edited_at: null, reactions: users });
  const before = performance.now() - 1;
  store.messages.put(message(ANA), { asked: before });
  store.apply(event("message.updated", message(ANA, BEN)));
  store.messages.put(message(ANA), { asked: before });
  assert.deepEqual(store.messages.get(101).reactions, [ANA, BEN]);
  store.messages.put(message(BEN), { asked: performance.now() + 1 });
  assert.deepEqual(store.messages.get(101).reactions, [BEN]);
});

test("an optimistic change lies over the row until it is taken off", () => {
  const store = fresh();
  const actions = [];
  store.on("task", ({ action, row }) => actions.push([action, row?.column]));
  const takeOff = store.tasks.overlay(1, { column: 7 });
  store.apply(event("task.updated", task(1, { title: "By Ana", column: 3, version: 2 })));
  assert.deepEqual([store.tasks.get(1).title, store.tasks.get(1).column], ["By Ana", 7]);
  assert.equal(store.tasks.confirmed(1).column, 3);
  takeOff();
  assert.equal(store.tasks.get(1).column, 3);
  assert.deepEqual(actions, [
    ["updated", 7],
    ["updated", 7],
    ["updated", 3],
  ]);
});

test("a row hidden optimistically is deleted to those who listen, and comes back when refused", () => {
  const store = fresh();
  const actions = [];
  store.on("task", ({ action }) => actions.push(action));
  const takeOff = store.tasks.overlay(1, { hidden: true });
  assert.equal(store.tasks.has(1), false);
  takeOff();
  assert.equal(store.tasks.get(1).title, "Task 1");
  assert.deepEqual(actions, ["deleted", "created"]);
});

test("a listener that throws does not keep the next from hearing", (t) => {
  const store = fresh();
  const errors = [];
  globalThis.reportError = (error) => errors.push(error.message);
  t.after(() => delete globalThis.reportError);
  let heard = 0;
  store.on("task", () => {
    throw new Error("broken element");
  });
  store.on("task", () => (heard += 1));
  store.apply(event("task.updated", task(1, { version: 2 })));
  assert.equal(heard, 1);
  assert.deepEqual(errors, ["broken element"]);
});

test("an unknown event only moves the sequence on", () => {
  const store = fresh();
  assert.equal(store.apply(event("hologram.created", { id: 1 })), true);
  assert.equal(store.sequence, 11);
});

test("the name of a person who left stays", () => {
  const store = fresh();
  store.apply(event("member.deleted", { id: ANA }));
  assert.equal(store.members.has(ANA), false);
  assert.deepEqual([store.person(ANA).name, store.person(ANA).former], ["Ana", true]);
  assert.ok(store.person(999).name);
});

test("one's own role changes with the member event", () => {
  const store = fresh();
  store.apply(event("member.updated", { id: BEN, name: "Ben", role: "guest" }));
  assert.equal(store.me.role, "guest");
});

test("messages of others count as unread, one's own do not, and reading elsewhere clears them", () => {
  const store = fresh();
  store.apply(event("message.created", { id: 101, room: 5, author: ANA, body: "a" }));
  store.apply(event("message.created", { id: 102, room: 5, author: BEN, body: "b" }, { by: BEN }));
  store.apply(event("message.created", { id: 103, room: 5, author: ANA, body: "c" }));
  assert.deepEqual(store.readings.get(5), { last_read: 100, unread: 2, first_unread: 101, mentions: 0, threads: [] });
  store.apply(event("message.deleted", { id: 103 }));
  assert.equal(store.readings.get(5).unread, 1);
  store.hear({ type: "read", room: 5, message: 102, unread: 0 });
  assert.deepEqual(store.readings.get(5), { last_read: 102, unread: 0, first_unread: null, mentions: 0, threads: [] });
});

const reply = (id, thread = 90, more = {}) => ({ id, room: 5, author: ANA, body: "r", html: "<p>r</p>", thread, ...more });

test("an answer counts for who follows its thread, until it is read, deleted, or followed no more", () => {
  const store = fresh();
  store.apply(event("message.created", reply(101)));
  assert.equal(store.readings.get(5).unread, 0, "one does not follow it");
  store.apply(event("follow.created", { id: 7, thread: 90, room: 5 }, { by: BEN }));
  assert.equal(store.readings.get(5).unread, 0, "following begins from now");
  store.apply(event("message.created", reply(102)));
  store.apply(event("message.created", reply(103)));
  assert.deepEqual(store.readings.get(5).threads.map(({ thread, unread, first_unread }) => [thread, unread, first_unread]), [[90, 2, 102]]);
  store.apply(event("message.deleted", { id: 103 }));
  assert.equal(store.readings.get(5).unread, 1);
  store.readings.read(5, 102, 0, 90);
  assert.equal(store.readings.get(5).unread, 0);
  store.apply(event("message.created", reply(104)));
  store.apply(event("follow.deleted", { id: 7 }));
  assert.equal(store.readings.get(5).unread, 0);
});

test("who follows a thread by what another has just said in it has that unread", () => {
  const store = fresh();
  store.apply(event("message.created", reply(101, 90, { html: `<p><a class="mention" data-user="${BEN}">@ben</a></p>` })));
  store.apply(event("follow.created", { id: 7, thread: 90, room: 5 }, { by: ANA }));
  assert.deepEqual([store.readings.get(5).unread, store.readings.get(5).mentions], [1, 1]);
});

test("reading that was taken back elsewhere is taken back here", () => {
  const store = fresh();
  const heard = [];
  store.on("unread", ({ room, thread }) => heard.push([room, thread]));
  store.hear({ type: "read", room: 5, message: 90, last_read: 90, unread: 3, history_unread: 3, first_unread: 91, mentions: 0, threads: [], back: 0 });
  assert.deepEqual([store.readings.get(5).unread, store.readings.get(5).first_unread], [3, 91]);
  assert.deepEqual(heard, [[5, null]]);
});

test("a snapshot replaces everything and forgets the tombstones", () => {
  const store = fresh();
  store.apply(event("task.deleted", { id: 1 }));
  store.replace({ sequence: 99, project: { id: 1 }, me: { id: BEN }, tasks: [task(1)], members: [] });
  assert.ok(store.tasks.has(1));
  assert.equal(store.sequence, 99);
});

test("typing vanishes by itself, and with the message", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const store = storeOfBen();
  sequence = 10;
  store.hear({ type: "typing", user: ANA, room: 5 });
  assert.deepEqual(store.typing.in(5), [ANA]);
  t.mock.timers.tick(6_000);
  assert.deepEqual(store.typing.in(5), []);
  store.hear({ type: "typing", user: ANA, room: 5 });
  store.apply(event("message.created", { id: 101, room: 5, author: ANA, body: "a" }));
  assert.deepEqual(store.typing.in(5), []);
  store.hear({ type: "typing", user: BEN, room: 5 });
  assert.deepEqual(store.typing.in(5), [], "one's own typing in another tab is not shown");
});

test("a person looks at one task at a time", () => {
  const store = fresh();
  store.hear({ type: "viewing", user: ANA, task: 1 });
  store.hear({ type: "viewing", user: ANA, task: 2 });
  assert.deepEqual([store.viewing.of(1), store.viewing.of(2)], [[], [ANA]]);
  store.hear({ type: "presence", user: ANA, status: "offline", last_seen: null });
  assert.deepEqual(store.viewing.of(2), []);
});

test("a room one leaves, or that is deleted, has nothing unread any more", () => {
  for (const leaving of [
    event("room.updated", { id: 5, channel: 4, members: [ANA] }),
    event("room.deleted", { id: 5 }),
  ]) {
    const store = fresh();
    store.apply(event("message.created", { id: 101, room: 5, author: ANA }));
    assert.equal(store.readings.get(5).unread, 1);
    store.apply({ ...leaving, sequence: 99 });
    assert.equal(store.readings.get(5).unread, 0);
    assert.equal(store.readings.has(5), false);
  }
});
