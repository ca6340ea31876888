import assert from "node:assert/strict";
import { test } from "node:test";

import { Readings } from "../../static/js/models/readings.js";

test("what a snapshot counted already is not counted again by its event", () => {
  const readings = new Readings(() => {});
  readings.replace([{ room: 1, last_read: 4, unread: 1, history_unread: 1, first_unread: 5, last_unread: 5, mentions: 1, threads: [] }]);
  readings.count(1, 5, { called: true });
  assert.deepEqual([readings.get(1).unread, readings.get(1).mentions], [1, 1]);
  readings.count(1, 6);
  assert.equal(readings.get(1).unread, 2);
});
