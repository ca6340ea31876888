import assert from "node:assert/strict";
import { test } from "node:test";

import { outline } from "../../static/js/helpers/message_outline.js";

const ME = 1;
const BEN = 2;

/** What a list shows of messages [id, author, "2026-11-22T10:00"], one word a line. */
function lines(messages, options = {}) {
  const rows = new Map(messages.map(([id, author, at]) => [id, { id, author, created_at: `${at}:00Z` }]));
  const found = outline({ ids: [...rows.keys()], rowOf: (id) => rows.get(id), me: ME, ...options });
  return found.map(({ kind, id, entry, grouped }) =>
    kind === "message" ? `${grouped ? "+" : ""}${id ?? entry.body}` : kind === "orphan" ? `orphan ${id}` : kind,
  );
}

test("messages of one person within five minutes stand under one name", () => {
  const found = lines([
    [1, BEN, "2026-11-22T10:00"],
    [2, BEN, "2026-11-22T10:04"],
    [3, ME, "2026-11-22T10:04"],
    [4, ME, "2026-11-22T10:09"],
  ]);
  assert.deepEqual(found, ["day", "1", "+2", "3", "4"]);
});

test("what is new begins under a divider and a name of its own", () => {
  const found = lines([[1, BEN, "2026-11-22T10:00"], [2, BEN, "2026-11-22T10:01"], [4, BEN, "2026-11-22T10:02"]], { divider: 2 });
  assert.deepEqual(found, ["day", "1", "new", "2", "+4"]);
});

test("a divider whose message is gone stands before the next", () => {
  const found = lines([[1, BEN, "2026-11-22T10:00"], [4, BEN, "2026-11-22T10:02"]], { divider: 2 });
  assert.deepEqual(found, ["day", "1", "new", "4"]);
});

test("each day has one divider", () => {
  const found = lines([[1, BEN, "2026-11-20T10:00"], [2, BEN, "2026-11-22T10:00"], [3, BEN, "2026-11-22T10:01"]]);
  assert.deepEqual(found, ["day", "1", "day", "2", "+3"]);
});

test("an orphan stays in its place, a row that is not known is left out, what waits stands last", () => {
  const found = lines([[1, BEN, "2026-11-22T10:00"], [3, ME, "2026-11-22T10:01"]], {
    ids: [1, 2, 3],
    orphans: new Set([4]),
    waiting: [{ body: "soon", at: Date.parse("2026-11-22T10:02:00Z") }],
  });
  assert.deepEqual(found, ["day", "1", "3", "orphan 4", "soon"]);
});
