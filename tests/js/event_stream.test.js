import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { EventStream } from "../../static/js/models/event_stream.js";
import { ProjectStore } from "../../static/js/models/project_store.js";

/** A clock one winds by hand: timers run in order of their time. */
class Clock {
  time = 0;
  timers = new Map();
  next = 1;
  now = () => this.time;
  random = () => 0.5;
  setTimeout = (act, delay) => {
    this.timers.set(this.next, { at: this.time + delay, act });
    return this.next++;
  };
  clearTimeout = (id) => this.timers.delete(id);

  async advance(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].act();
      await settle();
    }
    this.time = end;
    await settle();
  }

  /** As a machine wakes: the time jumped, no timer ran meanwhile. */
  sleep(ms) {
    this.time += ms;
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

class FakeSocket {
  static made = [];
  static mood = "open"; // "open", "refuse" or "hang"
  sent = [];
  constructor(url) {
    this.url = url;
    FakeSocket.made.push(this);
    const { mood } = FakeSocket;
    queueMicrotask(() => {
      if (mood === "open") this.onopen?.();
      if (mood === "refuse") this.onclose?.({ code: 1006, reason: "" });
    });
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  says(frame) {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
}

const latest = () => FakeSocket.made.at(-1);
const snapshot = (sequence, tasks = [], epoch = "one") => ({
  sequence,
  epoch,
  project: { id: 1 },
  me: { id: 2 },
  members: [],
  tasks,
});
const created = (sequence, id) => ({
  sequence,
  name: "task.created",
  by: 1,
  data: { id, title: `Task ${id}`, version: 1 },
});

async function stage({ mood = "open", fetchEvents, fetchSnapshot, online = () => true } = {}) {
  FakeSocket.made = [];
  FakeSocket.mood = mood;
  const clock = new Clock();
  const store = new ProjectStore();
  store.replace(snapshot(10));
  const states = [];
  store.on("connection", ({ state }) => states.push(state));
  const asked = [];
  const stream = new EventStream({
    store,
    clock,
    online,
    WebSocket: FakeSocket,
    url: (after) => `ws://x/?after=${after}`,
    fetchEvents: async (after, activity) => {
      asked.push(after);
      if (!fetchEvents) throw new ApiError(0);
      return fetchEvents(after, activity);
    },
    fetchSnapshot: async () => (fetchSnapshot ? fetchSnapshot() : snapshot(500, [{ id: 77, version: 1 }])),
  });
  stream.start();
  await settle();
  return { stream, store, clock, states, asked };
}

async function live(options) {
  const parts = await stage(options);
  latest().says({ type: "hello", sequence: 10, epoch: "one", heartbeat: 25 });
  latest().says({ type: "caught_up", sequence: 10 });
  return parts;
}

test("connects with the last sequence and is live after hello", async () => {
  const { stream, states } = await live();
  assert.equal(latest().url, "ws://x/?after=10");
  assert.equal(stream.state, "live");
  assert.deepEqual(states, ["connecting", "live"]);
});

test("while behind it is not live until it has caught up", async () => {
  const { stream, store } = await stage();
  latest().says({ type: "hello", sequence: 12, epoch: "one" });
  assert.equal(stream.state, "connecting");
  latest().says({ type: "events", events: [created(11, 1), created(12, 2)] });
  assert.equal(stream.caughtUp, 2);
  latest().says({ type: "caught_up", sequence: 12 });
  assert.equal(stream.state, "live");
  assert.equal(store.tasks.size, 2);
});

test("after a lost line it resumes from what it heard last, nothing missing, nothing twice", async () => {
  const { store, clock } = await live();
  let heard = 0;
  store.on("task", () => (heard += 1));
  latest().says({ type: "events", events: [created(11, 1)] });
  latest().onclose({ code: 1006, reason: "" });
  await clock.advance(600);
  assert.equal(FakeSocket.made.length, 2);
  assert.equal(latest().url, "ws://x/?after=11");
  latest().says({ type: "hello", sequence: 13, epoch: "one" });
  latest().says({ type: "events", events: [created(11, 1), created(12, 2), created(13, 3)] });
  assert.equal(heard, 3);
});

test("waits longer after each failure, at most 30 s, and from the start again once live", async () => {
  const { stream, clock, states } = await live({ mood: "open" });
  FakeSocket.mood = "refuse";
  const waits = [];
  latest().onclose({ code: 1006, reason: "" });
  for (let n = 0; n < 9; n += 1) {
    waits.push(stream.retryAt - clock.now());
    await clock.advance(stream.retryAt - clock.now());
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  assert.ok(states.includes("reconnecting"));
  FakeSocket.mood = "open";
  await clock.advance(15_000);
  latest().says({ type: "hello", sequence: 10, epoch: "one" });
  assert.equal(stream.state, "live");
  latest().onclose({ code: 1006, reason: "" });
  assert.equal(stream.retryAt - clock.now(), 250);
});

test("a restarting server is given 0.2 to 5 s", async () => {
  const { stream, clock } = await live();
  latest().onclose({ code: 1012, reason: "" });
  assert.equal(stream.retryAt - clock.now(), 200 + 0.5 * 4800);
});

test("'now' tries at once", async () => {
  const { stream } = await live();
  latest().onclose({ code: 1012, reason: "" });
  stream.retryNow();
  assert.equal(FakeSocket.made.length, 2);
});

test("close code 4403 ends it for good, with the reason", async () => {
  const { stream, clock } = await live();
  latest().onclose({ code: 4403, reason: "Ana removed you." });
  assert.deepEqual([stream.state, stream.code, stream.reason], ["ended", 4403, "Ana removed you."]);
  await clock.advance(120_000);
  assert.equal(FakeSocket.made.length, 1);
});

test("close code 4401 twice ends it when HTTP says so too", async () => {
  const { stream, clock } = await live({
    fetchEvents: async () => {
      throw new ApiError(401);
    },
  });
  latest().onclose({ code: 4401, reason: "" });
  assert.equal(stream.state, "reconnecting");
  await clock.advance(1_000);
  latest().onclose({ code: 4401, reason: "" });
  await settle();
  assert.deepEqual([stream.state, stream.code], ["ended", 4401]);
});

test("close code 4401 reconnects where only the session is another, as after a new password", async () => {
  const { stream, clock } = await live();
  latest().onclose({ code: 4401, reason: "" });
  await settle();
  await clock.advance(30_000);
  assert.equal(stream.state === "ended", false);
  assert.equal(FakeSocket.made.length, 2);
});

for (const code of [4408, 4429, 1011]) {
  test(`close code ${code} reconnects`, async () => {
    const { clock } = await live();
    latest().onclose({ code, reason: "" });
    await clock.advance(1_000);
    assert.equal(FakeSocket.made.length, 2);
  });
}

test("60 s of silence are a dead line", async () => {
  const { stream, clock } = await live();
  await clock.advance(50_000);
  latest().says({ type: "heartbeat", sequence: 10 });
  await clock.advance(50_000);
  assert.equal(stream.state, "live");
  const before = latest();
  await clock.advance(20_000);
  assert.ok(before.closed);
  assert.ok(FakeSocket.made.length >= 2);
});

test("waking from sleep asks the line, and no answer within 5 s reconnects", async () => {
  const { clock } = await live();
  const before = latest();
  clock.sleep(40_000);
  await clock.advance(1);
  assert.deepEqual(before.sent.at(-1), { type: "ping" });
  await clock.advance(6_000);
  assert.ok(before.closed);
  assert.ok(FakeSocket.made.length >= 2);
});

test("an answer keeps the line", async () => {
  const { stream, clock } = await live();
  const before = latest();
  stream.check();
  assert.deepEqual(before.sent.at(-1), { type: "ping" });
  before.says({ type: "pong" });
  await clock.advance(6_000);
  assert.equal(latest(), before);
  assert.equal(stream.state, "live");
});

test("a handshake swallowed by a proxy is given up after 6 s", async () => {
  const { clock } = await stage({ mood: "hang" });
  await clock.advance(6_100);
  assert.ok(FakeSocket.made[0].closed);
});

test("where sockets are blocked and HTTP works it polls, in words, and goes back when a socket opens", async () => {
  let events = [created(11, 1)];
  const { stream, store, clock } = await stage({
    mood: "refuse",
    fetchEvents: async (after) => ({ events: events.filter(({ sequence }) => sequence > after), last: 11 }),
  });
  await clock.advance(3_000);
  assert.equal(stream.state, "polling");
  assert.ok(store.tasks.has(1));
  events = [created(12, 2)];
  await clock.advance(3_100);
  assert.ok(store.tasks.has(2));
  FakeSocket.mood = "open";
  await clock.advance(31_000);
  latest().says({ type: "hello", sequence: 12, epoch: "one" });
  assert.equal(stream.state, "live");
  const made = FakeSocket.made.length;
  await clock.advance(20_000);
  assert.equal(FakeSocket.made.length, made);
});

test("whoever polls notices another log, even when the numbers look right", async () => {
  let epoch = "one";
  const { stream, store, clock } = await stage({
    mood: "refuse",
    fetchEvents: async (after) => ({ events: [created(after + 1, after)], last: after + 1, epoch }),
    fetchSnapshot: async () => snapshot(40, [{ id: 7, version: 1 }], "two"),
  });
  await clock.advance(3_000);
  assert.equal(stream.state, "polling");
  epoch = "two";
  await clock.advance(3_100);
  await settle();
  assert.equal(store.epoch, "two");
  assert.deepEqual(
    store.tasks.all().map(({ id }) => id),
    [7],
  );
});

test("whoever polls says what they do, hears how the others stand, and says nothing while merely reconnecting", async () => {
  const told = [];
  const { stream, store, clock } = await stage({
    mood: "refuse",
    fetchEvents: async (after, activity) => {
      told.push(activity);
      return { events: [], last: after, presence: [{ user: 8, status: activity ? "idle" : "offline", last_seen: null }] };
    },
  });
  await clock.advance(3_000);
  assert.equal(stream.state, "polling");
  assert.ok(told.length && told.every((each) => each === null));
  stream.setActivity("hidden");
  await clock.advance(3_100);
  assert.equal(told.at(-1), "hidden");
  assert.equal(store.presence.get(8).status, "idle");
});

test("polling that loses HTTP too says so and goes on trying", async () => {
  let down = false;
  const { stream, clock } = await stage({
    mood: "refuse",
    fetchEvents: async () => {
      if (down) throw new ApiError(0);
      return { events: [], last: 10 };
    },
  });
  await clock.advance(3_000);
  assert.equal(stream.state, "polling");
  down = true;
  await clock.advance(4_000);
  assert.equal(stream.state, "reconnecting");
  FakeSocket.mood = "open";
  await clock.advance(31_000);
  latest().says({ type: "hello", sequence: 10, epoch: "one" });
  assert.equal(stream.state, "live");
});

for (const [status, code] of [
  [401, 4401],
  [403, 4403],
  [404, 4403],
]) {
  test(`a refused handshake is explained by HTTP ${status}`, async () => {
    const { stream } = await stage({
      mood: "refuse",
      fetchEvents: async () => {
        throw new ApiError(status);
      },
    });
    await settle();
    assert.deepEqual([stream.state, stream.code], ["ended", code]);
  });
}

test("reset fetches a snapshot; events that came meanwhile follow it, older ones do not", async () => {
  let answer;
  const { stream, store } = await stage({ fetchSnapshot: () => new Promise((resolve) => (answer = resolve)) });
  latest().says({ type: "hello", sequence: 500, epoch: "one" });
  latest().says({ type: "reset", sequence: 500 });
  latest().says({ type: "events", events: [created(499, 4), created(501, 5)] });
  assert.equal(store.tasks.size, 0);
  answer(snapshot(500, [{ id: 77, version: 1 }]));
  await settle();
  assert.deepEqual(
    store.tasks.all().map(({ id }) => id),
    [77, 5],
  );
  assert.equal(store.sequence, 501);
  assert.equal(stream.state, "live");
});

test("another epoch is another log: a snapshot, even when the numbers look right", async () => {
  const { store } = await stage({ fetchSnapshot: () => snapshot(3, [{ id: 8, version: 1 }], "two") });
  latest().says({ type: "hello", sequence: 3, epoch: "two" });
  await settle();
  assert.deepEqual([store.sequence, store.epoch], [3, "two"]);
  assert.deepEqual(
    store.tasks.all().map(({ id }) => id),
    [8],
  );
});

test("a project's reset event fetches a snapshot", async () => {
  const { store } = await live();
  latest().says({ type: "events", events: [{ sequence: 11, name: "project.reset", by: 1, data: {} }] });
  await settle();
  assert.equal(store.sequence, 500);
});

test("without network it says offline, and comes back by itself", async () => {
  let network = false;
  const { stream, clock } = await live({ online: () => network });
  FakeSocket.mood = "refuse";
  latest().onclose({ code: 1006, reason: "" });
  assert.equal(stream.state, "offline");
  network = true;
  FakeSocket.mood = "open";
  stream.check();
  await settle();
  latest().says({ type: "hello", sequence: 10, epoch: "one" });
  assert.equal(stream.state, "live");
  await clock.advance(1000);
});

test("activity and viewing are told on change, on connecting and with every heartbeat", async () => {
  const { stream, clock } = await live();
  stream.viewing(12);
  stream.viewing(12);
  stream.setActivity("idle");
  assert.deepEqual(latest().sent, [
    { type: "activity", state: "active" },
    { type: "viewing", task: 12 },
    { type: "activity", state: "idle" },
  ]);
  latest().says({ type: "heartbeat", sequence: 10 });
  assert.deepEqual(latest().sent.slice(3), [
    { type: "activity", state: "idle" },
    { type: "viewing", task: 12 },
  ]);
  latest().onclose({ code: 1006 });
  await clock.advance(600);
  assert.deepEqual(latest().sent, [
    { type: "activity", state: "idle" },
    { type: "viewing", task: 12 },
  ]);
});

test("whoever comes in is told what one looks at", async () => {
  const { stream, clock } = await live();
  stream.viewing(12);
  latest().says({ type: "presence", user: 7, status: "active", last_seen: null });
  latest().says({ type: "presence", user: 7, status: "idle", last_seen: null });
  await clock.advance(2_000);
  assert.equal(latest().sent.filter(({ type }) => type === "viewing").length, 2);
});

test("typing is told at most every 4 s a room", async () => {
  const { stream, clock } = await live();
  const told = () => latest().sent.filter(({ type }) => type === "typing").length;
  stream.typing(5);
  stream.typing(5);
  stream.typing(6);
  assert.equal(told(), 2);
  await clock.advance(3_900);
  stream.typing(5);
  assert.equal(told(), 2);
  await clock.advance(100);
  stream.typing(5);
  assert.equal(told(), 3);
});

test("nonsense on the line harms nothing", async () => {
  const { stream } = await live();
  latest().says("not json");
  latest().says({ type: "surprise" });
  assert.equal(stream.state, "live");
});

test("an answered request cuts the pause before the next try short, again and again only every two seconds", async () => {
  const { stream, clock } = await live();
  FakeSocket.mood = "refuse";
  latest().onclose({ code: 1006, reason: "" });
  await clock.advance(40_000); // the pauses have grown to many seconds
  assert.ok(stream.retryAt - clock.time > 2_000);
  const tries = FakeSocket.made.length;
  stream.reached();
  await clock.advance(0);
  assert.equal(FakeSocket.made.length, tries + 1);
  stream.reached();
  await clock.advance(1_900);
  assert.equal(FakeSocket.made.length, tries + 1);
  FakeSocket.mood = "open";
  await clock.advance(200);
  latest().says({ type: "hello", sequence: 10, epoch: "one" });
  assert.equal(stream.state, "live");
  const made = FakeSocket.made.length;
  stream.reached();
  await clock.advance(5_000);
  assert.equal(FakeSocket.made.length, made);
});

test("an answered request does not hurry a page that the server calls signed out", async () => {
  const { stream, clock } = await live();
  await clock.advance(10_000);
  latest().onclose({ code: 4401, reason: "" });
  const made = FakeSocket.made.length;
  stream.reached();
  await clock.advance(100);
  assert.equal(FakeSocket.made.length, made);
});
