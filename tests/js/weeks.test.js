import assert from "node:assert/strict";
import { test } from "node:test";

import { firstWeekday, monthDays, plusMonths, weekDays, weekStart } from "../../static/js/helpers/weeks.js";

test("weeks begin where the reader's do", () => {
  assert.equal(weekStart("2026-11-25", 1), "2026-11-23");
  assert.equal(weekStart("2026-11-25", 0), "2026-11-22");
  assert.equal(weekStart("2026-11-22", 0), "2026-11-22");
  assert.equal(weekStart("2026-11-22", 6), "2026-11-21");
  assert.deepEqual([weekDays("2026-11-25", 1).at(0), weekDays("2026-11-25", 1).at(-1)], ["2026-11-23", "2026-11-29"]);
  assert.equal(firstWeekday("de"), 1);
  assert.equal(firstWeekday("not a language"), 1);
});

test("a month is whole weeks", () => {
  const days = monthDays("2026-11-25", 1);
  assert.equal(days.length % 7, 0);
  assert.deepEqual([days[0], days.at(-1)], ["2026-10-26", "2026-12-06"]);
  assert.ok(days.includes("2026-11-30"));
  assert.equal(monthDays("2027-02-01", 1).length, 28);
});

test("months before and after", () => {
  assert.equal(plusMonths("2026-12-31", 1), "2027-01-01");
  assert.equal(plusMonths("2026-01-15", -1), "2025-12-01");
});
