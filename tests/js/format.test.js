import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import {
  dayName,
  dueState,
  dueText,
  fromLocalInput,
  relativeTime,
  toLocalInput,
  zoneOfReader,
} from "../../static/js/helpers/format.js";
import { store } from "../../static/js/models/project_store.js";

const NOON = Date.parse("2026-11-22T12:00:00Z");
const from = (ms) => new Date(NOON + ms).toISOString();
const HOUR = 3600_000;
const DAY = 24 * HOUR;

beforeEach(() => (store.me = { id: 1, time_zone: "Europe/Berlin" }));

test("moments go to a local field and back, also where the clocks change", () => {
  for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC"]) {
    for (const iso of [
      "2026-03-29T00:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-10-25T03:30:00.000Z",
      "2026-11-01T09:00:00.000Z",
      "1999-12-31T23:59:00.000Z",
    ]) {
      assert.equal(fromLocalInput(toLocalInput(iso, zone), zone), iso, `${iso} in ${zone}`);
    }
  }
  assert.equal(toLocalInput("2026-11-22T12:00:00Z", "Europe/Berlin"), "2026-11-22T13:00");
});

test("a time that the clocks skip still is a moment", () => {
  assert.match(fromLocalInput("2026-03-29T02:30", "Europe/Berlin"), /^2026-03-29T0[01]:30/);
});

test("an empty field is no moment", () => {
  assert.equal(fromLocalInput(""), null);
  assert.equal(toLocalInput(null), "");
});

test("a zone that nobody knows is not used", () => {
  store.me = { id: 1, time_zone: "Mars/Olympus" };
  assert.notEqual(zoneOfReader(), "Mars/Olympus");
  assert.doesNotThrow(() => dueText(from(HOUR), NOON));
});

test("deadlines are told as one says them", () => {
  assert.equal(dueText(from(2 * HOUR), NOON), "Today 3:00 PM");
  assert.equal(dueText(from(DAY), NOON), "Tomorrow");
  assert.equal(dueText(from(3 * DAY), NOON), "Wed");
  assert.equal(dueText(from(20 * DAY), NOON), "Dec 12");
  assert.equal(dueText(from(60 * DAY), NOON), "Jan 21, 2027");
  assert.equal(dueText(from(-2 * DAY), NOON), "2 days ago");
});

test("over, soon and later", () => {
  assert.deepEqual(
    [-1, HOUR, 2 * DAY].map((ms) => dueState(from(ms), NOON)),
    ["over", "soon", "later"],
  );
});

test("days are the reader's days", () => {
  store.me = { id: 1, time_zone: "Pacific/Auckland" };
  assert.equal(dayName(from(0), NOON), "Today");
  assert.equal(dayName(from(-2 * HOUR), NOON), "Yesterday"); // already past midnight in Auckland
  assert.equal(dayName(from(-30 * DAY), NOON), "October 24");
});

test("passed time in words", () => {
  assert.equal(relativeTime(from(-20_000), NOON), "just now");
  assert.equal(relativeTime(from(-5 * 60_000), NOON), "5 min. ago");
  assert.equal(relativeTime(from(-3 * HOUR), NOON), "3 hr. ago");
  assert.equal(relativeTime(from(-DAY), NOON), "yesterday");
});
