import assert from "node:assert/strict";
import { test } from "node:test";

import { api, askedAt, onReached } from "../../static/js/helpers/api.js";

/** The next requests are answered with this status, or not at all. */
function answering(t, status) {
  t.mock.method(globalThis, "fetch", async () => {
    if (status === 0) throw new TypeError("no network");
    return new Response(status === 204 ? null : "{}", { status });
  });
}

test("every success is told, and nothing else", async (t) => {
  let heard = 0;
  const stop = onReached(() => (heard += 1));
  for (const [status, wanted] of [[200, 1], [0, 1], [404, 1], [503, 1], [204, 2]]) {
    answering(t, status);
    await api.get("me").catch(() => {});
    assert.equal(heard, wanted, `after ${status}`);
  }
  stop();
  answering(t, 200);
  await api.get("me");
  assert.equal(heard, 2);
});

test("of every row that an answer brings is known when it was asked for", async (t) => {
  let arrived;
  t.mock.method(globalThis, "fetch", async () => {
    arrived = performance.now();
    return new Response('{"items": [{"id": 1}], "room": {"id": 2}, "next": null}');
  });
  const before = performance.now();
  const page = await api.get("messages");
  for (const row of [page, page.items[0], page.room]) assert.ok(before <= askedAt(row) && askedAt(row) <= arrived);
  assert.equal(askedAt({ id: 1 }), Infinity);
});

test("a listener in trouble costs nobody the answer", async (t) => {
  const stop = onReached(() => {
    throw new Error("its own affair");
  });
  const said = t.mock.method(console, "error", () => {});
  answering(t, 200);
  assert.deepEqual(await api.get("me"), {});
  assert.equal(said.mock.callCount(), 1);
  stop();
});
