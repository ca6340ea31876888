import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { MessageOutbox } from "../../static/js/models/message_outbox.js";

const ROOM = 5;

class Storage {
  #kept = new Map();
  get length() {
    return this.#kept.size;
  }
  key(place) {
    return [...this.#kept.keys()][place];
  }
  getItem(name) {
    return this.#kept.get(name) ?? null;
  }
  setItem(name, value) {
    this.#kept.set(name, value);
  }
  removeItem(name) {
    this.#kept.delete(name);
  }
}

class Clock {
  time = 1_000_000;
  timers = new Map();
  #next = 1;
  now = () => this.time;
  setTimeout = (act, delay) => {
    this.timers.set(this.#next, { act, delay });
    return this.#next++;
  };
  clearTimeout = (timer) => this.timers.delete(timer);
  fire() {
    const due = [...this.timers.values()];
    this.timers.clear();
    due.forEach(({ act }) => act());
  }
}

const settled = async () => {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
};

/** An outbox whose server answers as `server.answer(body)` says; `server.arrived` are the posts it saw. */
function desk({ storage = new Storage(), clock = new Clock(), me = 2, rooms = [ROOM, 6] } = {}) {
  const server = { arrived: [], rows: [], answer: () => {} };
  let ids = 0;
  const outbox = new MessageOutbox({
    post: async (room, { body, client_id }) => {
      server.arrived.push({ room, body, client_id });
      await server.answer(body);
      return { id: server.arrived.length, room, body, client_id };
    },
    confirmed: (row) => server.rows.push(row),
    store: { me: { id: me }, rooms: { has: (id) => rooms.includes(id) } },
    storage,
    clock,
    uuid: () => `c${me}-${(ids += 1)}-${storage.length}`,
  });
  return { outbox, server, storage, clock };
}

const offline = () => {
  throw new ApiError(0);
};

test("sends at once, and forgets what the server has", async () => {
  const { outbox, server, storage } = desk();
  outbox.add(ROOM, "hello");
  assert.equal(outbox.in(ROOM)[0].state, "sending");
  assert.equal(storage.length, 1);
  await settled();
  assert.deepEqual(outbox.in(ROOM), []);
  assert.equal(storage.length, 0);
  assert.equal(server.rows[0].body, "hello");
});

test("sends one after the other, in the order they were written", async () => {
  const { outbox, server } = desk();
  const gates = [];
  server.answer = () => new Promise((resolve) => gates.push(resolve));
  outbox.add(ROOM, "one");
  outbox.add(ROOM, "two");
  await settled();
  assert.deepEqual(server.arrived.map(({ body }) => body), ["one"]);
  gates[0]();
  await settled();
  assert.deepEqual(server.arrived.map(({ body }) => body), ["one", "two"]);
});

test("without a connection all wait, say so, and go out in order when it is back, each with its first client_id", async () => {
  const { outbox, server } = desk();
  server.answer = offline;
  const { client_id } = outbox.add(ROOM, "one");
  await settled();
  outbox.add(ROOM, "two");
  await settled();
  assert.deepEqual(outbox.in(ROOM).map(({ state }) => state), ["waiting", "waiting"]);
  assert.match(outbox.in(ROOM)[1].words, /goes out by itself/);
  server.answer = () => {};
  outbox.wake();
  await settled();
  assert.deepEqual(server.rows.map(({ body }) => body), ["one", "two"]);
  assert.equal(server.rows[0].client_id, client_id);
});

test("tries again by itself, more and more slowly", async () => {
  const { outbox, server, clock } = desk();
  server.answer = offline;
  outbox.add(ROOM, "one");
  const pauses = [];
  for (let round = 0; round < 6; round += 1) {
    await settled();
    pauses.push([...clock.timers.values()][0].delay);
    clock.fire();
  }
  assert.deepEqual(pauses, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("a refused message fails with the server's words and lets the next pass", async () => {
  const { outbox, server } = desk();
  server.answer = (body) => {
    if (body === "bad") throw new ApiError(422, { detail: "Not good.", errors: { body: ["This may not be empty."] } });
  };
  outbox.add(ROOM, "bad");
  outbox.add(ROOM, "good");
  await settled();
  assert.deepEqual(outbox.in(ROOM).map(({ state, words }) => [state, words]), [["failed", "This may not be empty."]]);
  assert.deepEqual(server.rows.map(({ body }) => body), ["good"]);
});

test("a server in trouble is asked three times, then the person is", async () => {
  const { outbox, server, clock } = desk();
  server.answer = () => {
    throw new ApiError(503);
  };
  const { client_id } = outbox.add(ROOM, "one");
  for (let round = 0; round < 4; round += 1) {
    await settled();
    clock.fire();
  }
  assert.equal(server.arrived.length, 3);
  assert.equal(outbox.get(client_id).state, "failed");
  server.answer = () => {};
  outbox.retry(client_id);
  await settled();
  assert.deepEqual(server.rows.map((row) => row.client_id), [client_id]);
});

test("429 waits as long as it is told", async () => {
  const { outbox, server, clock } = desk();
  server.answer = () => {
    throw new ApiError(429, {}, { retryAfter: 7 });
  };
  outbox.add(ROOM, "one");
  await settled();
  assert.equal([...clock.timers.values()][0].delay, 7_000);
});

test("a reload keeps what was not sent and sends it, in order; what was refused waits for the person", async () => {
  const storage = new Storage();
  const before = desk({ storage });
  before.server.answer = (body) => {
    throw body === "refused" ? new ApiError(422, { detail: "No." }) : new ApiError(0);
  };
  before.outbox.add(ROOM, "refused");
  await settled();
  before.outbox.add(ROOM, "one");
  before.outbox.add(ROOM, "two");
  await settled();
  const after = desk({ storage });
  after.outbox.load();
  await settled();
  assert.deepEqual(after.server.rows.map(({ body }) => body), ["one", "two"]);
  assert.deepEqual(after.server.rows.map(({ client_id }) => client_id), before.server.arrived.slice(1, 2).map(({ client_id }) => client_id).concat(after.server.rows[1].client_id));
  assert.deepEqual(after.outbox.in(ROOM).map(({ body, state, words }) => [body, state, words]), [["refused", "failed", "No."]]);
});

test("another person on this machine sends nothing of mine, and nothing goes into rooms I no longer see", async () => {
  const storage = new Storage();
  const mine = desk({ storage });
  mine.server.answer = offline;
  mine.outbox.add(ROOM, "mine");
  await settled();
  const theirs = desk({ storage, me: 3 });
  theirs.outbox.load();
  const elsewhere = desk({ storage, rooms: [] });
  elsewhere.outbox.load();
  await settled();
  assert.deepEqual([theirs.server.arrived, elsewhere.server.arrived], [[], []]);
});

test("what is older than half a day does not go out by itself", async () => {
  const storage = new Storage();
  const before = desk({ storage });
  before.server.answer = offline;
  before.outbox.add(ROOM, "old");
  await settled();
  const clock = new Clock();
  clock.time += 13 * 3600_000;
  const after = desk({ storage, clock });
  after.outbox.load();
  await settled();
  assert.deepEqual([after.server.arrived.length, after.outbox.in(ROOM)[0].state], [0, "failed"]);
});

test("the event may come before the answer, and a discarded message is forgotten", async () => {
  const { outbox, server, storage } = desk();
  server.answer = () => new Promise(() => {});
  const { client_id } = outbox.add(ROOM, "one");
  outbox.settle(client_id);
  assert.deepEqual(outbox.in(ROOM), []);
  server.answer = offline;
  const other = desk({ storage });
  other.server.answer = offline;
  const late = other.outbox.add(ROOM, "two");
  await settled();
  other.outbox.discard(late.client_id);
  assert.equal(storage.length, 0);
});

test("tells its listeners of the room that changed", async () => {
  const { outbox } = desk();
  const heard = [];
  outbox.on(({ room }) => heard.push(room));
  outbox.add(6, "one");
  await settled();
  assert.deepEqual([...new Set(heard)], [6]);
});

test("what waits for a server goes out with the first sign of it, what was too fast does not", async () => {
  const { outbox, server, clock } = desk();
  const tooFast = () => {
    throw new ApiError(429, {}, { retryAfter: 60 });
  };
  server.answer = (body) => (body === "unheard" ? offline() : tooFast());
  outbox.add(ROOM, "unheard");
  outbox.add(6, "too fast");
  await settled();
  server.answer = () => {};
  outbox.reached();
  await settled();
  assert.deepEqual(outbox.in(ROOM), []);
  assert.equal(outbox.in(6)[0].state, "waiting");
  outbox.reached();
  assert.equal(server.arrived.length, 3);
  clock.fire();
  await settled();
  assert.deepEqual(outbox.in(6), []);
});
