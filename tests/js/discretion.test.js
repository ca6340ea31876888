import assert from "node:assert/strict";
import { test } from "node:test";

import { EventStream } from "../../static/js/models/event_stream.js";
import { ProjectStore } from "../../static/js/models/project_store.js";

const SNAPSHOT = {
  sequence: 1, epoch: "e", project: { id: 1 }, me: { id: 7, invisible: false, shares_typing: true }, members: [], former: [], columns: [],
  labels: [], tasks: [], channels: [], rooms: [{ id: 3, members: [7, 8] }], readings: [], presence: [],
};

function page({ members = [7, 8] } = {}) {
  const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {}, random: () => 0 };
  const store = new ProjectStore({ clock });
  store.replace({ ...SNAPSHOT, rooms: [{ id: 3, members }] });
  const sent = [];
  class Line {
    constructor() {
      Line.last = this;
    }
    send(text) {
      sent.push(JSON.parse(text));
    }
    close() {}
  }
  const stream = new EventStream({ store, WebSocket: Line, url: () => "", clock, online: () => true });
  stream.start();
  Line.last.onopen();
  const hear = (frame) => Line.last.onmessage({ data: JSON.stringify(frame) });
  return { store, stream, hear, typed: () => sent.filter(({ type }) => type === "typing") };
}

test("typing is told to a room of a few", () => {
  const { stream, typed } = page();
  stream.typing(3);
  assert.deepEqual(typed(), [{ type: "typing", room: 3 }]);
});

test("and to none of more than a hundred", () => {
  const crowd = page({ members: Array.from({ length: 101 }, (_, id) => id + 1) });
  crowd.stream.typing(3);
  assert.deepEqual(crowd.typed(), []);
  const full = page({ members: Array.from({ length: 100 }, (_, id) => id + 1) });
  full.stream.typing(3);
  assert.equal(full.typed().length, 1);
});

for (const me of [{ invisible: true, shares_typing: true }, { invisible: false, shares_typing: false }]) {
  test(`nobody is told who types while ${JSON.stringify(me)}, also when another window chose it`, () => {
    for (const frame of [{ type: "me", ...me }, { type: "hello", sequence: 1, epoch: "e", me }]) {
      const { stream, hear, typed, store } = page();
      hear(frame);
      stream.typing(3);
      assert.deepEqual(typed(), []);
      assert.equal(store.me.invisible, me.invisible);
    }
  });
}

test("whoever does not share typing sees none, and none of what was just seen", () => {
  const { hear, store } = page();
  hear({ type: "typing", room: 3, user: 8 });
  assert.deepEqual(store.typing.in(3), [8]);
  hear({ type: "me", invisible: false, shares_typing: false });
  assert.deepEqual(store.typing.in(3), []);
  hear({ type: "typing", room: 3, user: 8 });
  assert.deepEqual(store.typing.in(3), []);
});
