import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { fileSize, fitted } from "../../static/js/helpers/sizes.js";
import { MOST_FILES, Uploads } from "../../static/js/models/uploads.js";

const settled = async () => {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
};

const file = (name, size = 10) => ({ name, size, type: "text/plain" });

/** Uploads whose server answers when it is told to: `server.answer(name)`, `server.refuse(name, error)`. */
function desk(options = {}) {
  const under = new Map();
  const timers = [];
  const server = {
    sent: [],
    dropped: [],
    answer: async (name) => (under.get(name).done({ id: server.sent.length, name, size: 10, type: "text/plain" }), settled()),
    refuse: async (name, error) => (under.get(name).failed(error), settled()),
    progress: (name, share) => under.get(name).progress(share),
    stopped: (name) => under.get(name).signal.aborted,
  };
  const send = ({ name }, { progress, signal }) => {
    server.sent.push(name);
    return new Promise((done, failed) => {
      under.set(name, { done, failed, progress, signal });
      signal.addEventListener("abort", () => failed(new DOMException("", "AbortError")));
    });
  };
  const clock = { setTimeout: (act, delay) => timers.push({ act, delay }), clearTimeout: () => {} };
  const uploads = new Uploads({ send, drop: (row) => server.dropped.push(row.name), clock, ...options });
  return { uploads, server, timers };
}

const states = (uploads) => uploads.entries.map(({ name, state }) => `${name} ${state}`);

test("three at a time, and the rows in the order they were chosen", async () => {
  const { uploads, server } = desk();
  uploads.add(["a", "b", "c", "d"].map((name) => file(name)));
  assert.deepEqual(server.sent, ["a", "b", "c"]);
  await server.answer("c");
  assert.deepEqual(server.sent, ["a", "b", "c", "d"]);
  for (const name of ["d", "b", "a"]) await server.answer(name);
  assert.deepEqual(uploads.rows.map(({ name }) => name), ["a", "b", "c", "d"]);
  assert.equal(uploads.busy, false);
});

test("progress is heard, and a stopped file is aborted and gone", async () => {
  const { uploads, server } = desk();
  let heard = 0;
  uploads.on(() => (heard += 1));
  uploads.add([file("a")]);
  server.progress("a", 0.5);
  assert.equal(uploads.entries[0].progress, 0.5);
  assert.ok(heard >= 2);
  uploads.remove(uploads.entries[0].key);
  await settled();
  assert.ok(server.stopped("a"));
  assert.deepEqual(uploads.entries, []);
});

test("a file that is there already is dropped at the server when it is taken away", async () => {
  const { uploads, server } = desk();
  uploads.add([file("a")]);
  await server.answer("a");
  uploads.remove(uploads.entries[0].key);
  assert.deepEqual(server.dropped, ["a"]);
});

test("a refusal waits for the person, a lost connection for itself", async () => {
  const { uploads, server, timers } = desk();
  uploads.add([file("a"), file("b")]);
  await server.refuse("a", new ApiError(500, { detail: "Something went wrong." }));
  await server.refuse("b", new ApiError(0));
  assert.deepEqual(states(uploads), ["a failed", "b waiting"]);
  assert.equal(uploads.entries[0].words, "Something went wrong.");
  uploads.retry(uploads.entries[0].key);
  timers.at(-1).act();
  assert.deepEqual(states(uploads), ["a sending", "b sending"]);
  assert.deepEqual(server.sent, ["a", "b", "a", "b"]);
});

test("a file that the server will never take is not offered again", async () => {
  const { uploads, server } = desk();
  uploads.add([file("a")]);
  await server.refuse("a", new ApiError(422, { detail: "No.", errors: { file: ["It pretends."] } }));
  const [entry] = uploads.entries;
  assert.deepEqual([entry.state, entry.words, entry.hopeless], ["failed", "It pretends.", true]);
  uploads.retry(entry.key);
  assert.deepEqual(server.sent, ["a"]);
});

test("too fast waits as long as the server asks", async () => {
  const { uploads, server, timers } = desk();
  uploads.add([file("a")]);
  await server.refuse("a", new ApiError(429, {}, { retryAfter: 7 }));
  assert.deepEqual(states(uploads), ["a waiting"]);
  assert.equal(timers.at(-1).delay, 7_000);
});

test("what cannot be is not even sent: empty, too large, too many", () => {
  const { uploads, server } = desk({ most: () => 100 });
  assert.equal(uploads.add([file("empty", 0), file("large", 101), file("fits", 100)]), 0);
  assert.deepEqual(server.sent, ["fits"]);
  assert.equal(uploads.troubled, true);
  uploads.retry(uploads.entries[0].key);
  assert.deepEqual(server.sent, ["fits"]);
  assert.equal(uploads.add(Array.from({ length: MOST_FILES }, (_, each) => file(`${each}`))), 3);
});

test("what is finished at once leaves the tray; what only finishing refused is not sent again", async () => {
  let refuse = true;
  const finished = [];
  const finish = async (row) => {
    if (refuse) throw new ApiError(409, { detail: "Not now." });
    finished.push(row.name);
    return true;
  };
  const { uploads, server } = desk({ finish });
  uploads.add([file("a")]);
  await server.answer("a");
  assert.deepEqual(states(uploads), ["a failed"]);
  refuse = false;
  uploads.retry(uploads.entries[0].key);
  await settled();
  assert.deepEqual([server.sent, finished, uploads.entries], [["a"], ["a"], []]);
});

test("what is there outlives a reload", async () => {
  let kept = null;
  const keep = { get: () => kept, set: (rows) => (kept = rows) };
  const { uploads, server } = desk({ keep });
  uploads.add([file("a"), file("b")]);
  await server.answer("a");
  const { uploads: later } = desk({ keep });
  assert.deepEqual(states(later), ["a done"]);
  later.clear();
  assert.deepEqual(kept, []);
});

test("sizes in words, and pictures in their box", () => {
  assert.deepEqual([0, 812, 1_400, 25_000_000].map(fileSize), ["0 bytes", "812 bytes", "1.4 kB", "25 MB"]);
  assert.deepEqual(fitted({ width: 3000, height: 1000 }, { width: 300, height: 300 }), { width: 300, height: 100 });
  assert.deepEqual(fitted({ width: 20, height: 10 }, { width: 300, height: 300 }), { width: 20, height: 10 });
});
