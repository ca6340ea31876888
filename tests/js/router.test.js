import assert from "node:assert/strict";
import { test } from "node:test";

import { Router, addressOf, parse } from "../../static/js/helpers/router.js";

class FakeWindow {
  constructor(address) {
    this.entries = [{ address, state: null }];
    this.index = 0;
    this.listeners = {};
    this.history = {
      pushState: (state, _, url) => {
        this.entries.splice(this.index + 1);
        this.entries.push({ address: url, state });
        this.index += 1;
      },
      replaceState: (state, _, url) => (this.entries[this.index] = { address: url, state }),
      back: () => {
        this.index -= 1;
        this.listeners.popstate();
      },
    };
    const window = this;
    Object.defineProperty(this.history, "state", { get: () => window.entries[window.index].state });
  }
  get location() {
    return new URL(this.entries[this.index].address, "https://example.test");
  }
  get address() {
    return this.location.pathname + this.location.search;
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
}

for (const address of [
  "/projects/1/",
  "/projects/1/tasks/12/",
  "/projects/1/tasks/12/?room=3",
  "/projects/1/tasks/12/?room=3&message=99",
  "/projects/1/rooms/3/",
  "/projects/1/rooms/3/messages/99/",
  "/projects/1/rooms/179565008635881/messages/999999999999999/", // as long as accounts/ids.py makes them
  "/projects/1/?view=people",
  "/projects/1/?assignee=me,3&due=week",
  "/projects/1/tasks/12/?room=3&layout=list&q=two+words",
]) {
  test(`${address} is read and written the same`, () => {
    const [path, search = ""] = address.split("?");
    const route = parse(path, search);
    assert.equal(addressOf(route, route), address);
  });
}

test("other pages and nonsense are none of ours", () => {
  for (const path of ["/", "/projects/", "/projects/1/settings/", "/projects/x/", "/projects/1/tasks/abc/"]) {
    assert.equal(parse(path), null, path);
  }
  assert.equal(parse("/projects/1/", "room=1e9&view=%00").room, null);
});

test("opening a task keeps the room; back closes it", () => {
  const window = new FakeWindow("/projects/1/rooms/3/");
  const router = new Router(window);
  const heard = [];
  router.on(({ current }) => heard.push(current.task));
  router.open({ task: 12 });
  assert.equal(window.address, "/projects/1/tasks/12/?room=3");
  router.closeTask();
  assert.equal(window.address, "/projects/1/rooms/3/");
  assert.deepEqual(heard, [12, null]);
});

test("from task to task is one layer", () => {
  const window = new FakeWindow("/projects/1/");
  const router = new Router(window);
  router.open({ task: 12 });
  router.open({ task: 13 });
  router.open({ room: 3 });
  router.closeTask();
  assert.equal(window.address, "/projects/1/");
  assert.equal(window.index, 0);
});

test("a task opened by its address closes to the board, not out of the product", () => {
  const window = new FakeWindow("/projects/1/tasks/12/?room=3");
  const router = new Router(window);
  router.closeTask();
  assert.equal(window.address, "/projects/1/rooms/3/");
});

test("another room leaves the message; the same place adds no entry", () => {
  const window = new FakeWindow("/projects/1/rooms/3/messages/99/");
  const router = new Router(window);
  router.open({ room: 4 });
  router.open({ room: 4 });
  assert.equal(window.address, "/projects/1/rooms/4/");
  assert.equal(window.entries.length, 2);
});

test("links of this project are followed, others are left to the browser", () => {
  const window = new FakeWindow("/projects/1/");
  const router = new Router(window);
  assert.equal(router.follow("/projects/1/tasks/7/"), true);
  assert.equal(router.current.task, 7);
  assert.equal(router.follow("/projects/2/tasks/7/"), false);
  assert.equal(router.follow("https://elsewhere.test/projects/1/tasks/8/"), false);
  assert.equal(router.follow("/projects/1/settings/"), false);
});

test("a filter goes back and forward, and closing a task keeps one set meanwhile", () => {
  const window = new FakeWindow("/projects/1/");
  const router = new Router(window);
  router.open({ filter: "due=week" });
  assert.equal(window.address, "/projects/1/?due=week");
  router.open({ task: 12 });
  assert.equal(window.address, "/projects/1/tasks/12/?due=week");
  assert.equal(addressOf({ ...router.current, task: 13 }), "/projects/1/tasks/13/");
  router.open({ filter: "due=today" });
  router.closeTask();
  assert.equal(window.address, "/projects/1/?due=today");
  window.history.back();
  assert.equal(window.address, "/projects/1/?due=week");
  assert.equal(router.current.filter, "due=week");
});

test("a link with a filter brings it, another leaves the one there is", () => {
  const window = new FakeWindow("/projects/1/?q=x");
  const router = new Router(window);
  router.follow("/projects/1/rooms/3/");
  assert.equal(window.address, "/projects/1/rooms/3/?q=x");
  router.follow("/projects/1/?label=5");
  assert.equal(router.current.filter, "label=5");
});
