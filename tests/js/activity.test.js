import assert from "node:assert/strict";
import { test } from "node:test";

import { Activity } from "../../static/js/models/activity.js";

const MINUTE = 60_000;

function stage(t, more = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const told = [];
  const clock = {
    now: () => Date.now(),
    setTimeout: (act, delay) => setTimeout(act, delay),
    clearTimeout: (timer) => clearTimeout(timer),
  };
  return {
    told,
    activity: new Activity((state) => told.push(state), { clock, ...more }),
    wait: (ms) => t.mock.timers.tick(ms),
  };
}

test("idle after 5 minutes without input, inactive after 15, active again with the first key", (t) => {
  const { told, activity, wait } = stage(t);
  wait(5 * MINUTE);
  assert.deepEqual(told, ["idle"]);
  wait(10 * MINUTE);
  assert.deepEqual(told, ["idle", "inactive"]);
  activity.input();
  assert.deepEqual(told, ["idle", "inactive", "active"]);
});

test("input keeps one active, told now and then", (t) => {
  const { told, activity, wait } = stage(t);
  for (let n = 0; n < 60; n += 1) {
    wait(2_000);
    activity.input();
  }
  assert.deepEqual(told, ["active"]);
});

test("input is told again where others see one as away", (t) => {
  let doubted = true;
  const { told, activity, wait } = stage(t, { doubted: () => doubted });
  wait(1_000);
  activity.input();
  activity.input();
  assert.deepEqual(told, ["active"]);
  doubted = false;
  wait(1_000);
  activity.input();
  assert.deepEqual(told, ["active"]);
});

test("a tab out of sight is hidden; coming back is input", (t) => {
  const { told, activity, wait } = stage(t);
  activity.setHidden(true);
  wait(20 * MINUTE);
  activity.setHidden(false);
  assert.deepEqual(told, ["hidden", "active"]);
});

test("a page that goes was not hidden before it went", (t) => {
  const { told, activity, wait } = stage(t);
  activity.setHidden(true); // a reload hides the page too
  activity.leaving();
  wait(4 * MINUTE);
  assert.deepEqual(told, []);
  activity.leaving();
  activity.setHidden(true); // some browsers say it in this order
  wait(MINUTE / 2);
  assert.deepEqual(told, []);
  activity.setHidden(false); // back from the browser's back/forward cache
  activity.setHidden(true);
  wait(MINUTE / 2);
  assert.deepEqual(told, ["hidden"]);
});

test("a glance at another tab is no absence", (t) => {
  const { told, activity, wait } = stage(t);
  activity.setHidden(true);
  wait(1_000);
  activity.setHidden(false);
  wait(MINUTE);
  assert.deepEqual(told, []);
});

test("a page opened behind another is hidden from the start", (t) => {
  const { told, activity, wait } = stage(t, { hidden: true });
  assert.deepEqual(told, ["hidden"]);
  activity.setHidden(false);
  wait(MINUTE);
  assert.deepEqual(told, ["hidden", "active"]);
});
