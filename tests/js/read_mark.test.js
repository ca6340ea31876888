import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { ReadMark } from "../../static/js/models/read_mark.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function reader(send = () => {}) {
  const told = [];
  const timers = [];
  const mark = new ReadMark(
    async (room, message) => {
      told.push([room, message]);
      await send(room, message);
    },
    { clock: { setTimeout: (act, delay) => void timers.push({ act, delay }) } },
  );
  const pass = async () => {
    await settled();
    timers.splice(0).forEach(({ act }) => act());
    await settled();
  };
  return { mark, told, timers, pass };
}

test("tells at once, then once a pause, and the last word arrives", async () => {
  const { mark, told, pass } = reader();
  for (const message of [1, 2, 3, 4]) mark.read(5, message);
  assert.deepEqual(told, [[5, 1]]);
  await pass();
  assert.deepEqual(told, [[5, 1], [5, 4]]);
  await pass();
  assert.equal(told.length, 2);
});

test("never goes back, and rooms do not wait for each other", async () => {
  const { mark, told } = reader();
  mark.read(5, 9);
  mark.read(6, 3);
  mark.read(5, 7);
  assert.deepEqual(told, [[5, 9], [6, 3]]);
});

test("a lost connection is tried again, a refusal is not", async () => {
  let status = 0;
  const { mark, told, timers, pass } = reader(() => {
    throw new ApiError(status);
  });
  mark.read(5, 1);
  await settled();
  assert.equal(timers[0].delay, 5_000);
  status = 404;
  await pass();
  await pass();
  assert.deepEqual(told, [[5, 1], [5, 1]]);
});
