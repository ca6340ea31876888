import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/helpers/api.js";
import { TextDraft } from "../../static/js/models/text_draft.js";

const ANA = 1;
const row = (title, version, more = {}) => ({ id: 1, title, version, updated_by: ANA, ...more });

function stage(start = row("One", 1), kept = null) {
  const sent = [];
  const answers = [];
  const storage = { kept };
  const draft = new TextDraft({
    row: start,
    field: "title",
    send: (patch) => (sent.push(patch), new Promise((resolve, reject) => answers.push({ resolve, reject }))),
    keep: { get: () => storage.kept, set: (value) => (storage.kept = value), delete: () => (storage.kept = null) },
  });
  return { draft, sent, answers, storage };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const conflict = (task) => new ApiError(409, { detail: "Changed.", task });

test("saves with the version it began from", async () => {
  const { draft, sent, answers } = stage();
  draft.edit("Two");
  const flushed = draft.flush();
  assert.deepEqual(sent, [{ title: "Two", version: 1 }]);
  assert.equal(draft.state, "saving");
  answers[0].resolve(row("Two", 2));
  await flushed;
  assert.deepEqual([draft.state, draft.text, draft.dirty], ["saved", "Two", false]);
});

test("untouched text follows the others, and nothing is sent", async () => {
  const { draft, sent } = stage();
  draft.upstream(row("By Ana", 2));
  assert.equal(draft.text, "By Ana");
  await draft.flush();
  assert.equal(sent.length, 0);
});

test("while one edits, another's change of the same text is a conflict that shows both", async () => {
  const { draft, sent } = stage();
  draft.edit("Mine");
  draft.upstream(row("Theirs", 2));
  assert.deepEqual([draft.state, draft.text, draft.theirs, draft.by], ["conflict", "Mine", "Theirs", ANA]);
  await draft.flush();
  assert.equal(sent.length, 0, "nothing is overwritten silently");
});

test("keeping mine sends it over theirs, with their version", async () => {
  const { draft, sent, answers } = stage();
  draft.edit("Mine");
  draft.upstream(row("Theirs", 2));
  const kept = draft.keepMine();
  assert.deepEqual(sent, [{ title: "Mine", version: 2 }]);
  answers[0].resolve(row("Mine", 3));
  await kept;
  assert.equal(draft.state, "saved");
});

test("taking theirs leaves nothing of mine", () => {
  const { draft, storage } = stage();
  draft.edit("Mine");
  draft.upstream(row("Theirs", 2));
  draft.takeTheirs();
  assert.deepEqual([draft.state, draft.text, storage.kept], ["clean", "Theirs", null]);
});

test("another's change of another part is no conflict: the save is repeated with the new version", async () => {
  const { draft, sent, answers } = stage();
  draft.edit("Mine");
  const flushed = draft.flush();
  answers[0].reject(conflict(row("One", 5)));
  await settle();
  assert.deepEqual(sent[1], { title: "Mine", version: 5 });
  answers[1].resolve(row("Mine", 6));
  await flushed;
  assert.equal(draft.state, "saved");
});

test("an event about another part moves the version on", async () => {
  const { draft, sent, answers } = stage();
  draft.edit("Mine");
  draft.upstream(row("One", 4));
  draft.flush();
  assert.deepEqual(sent, [{ title: "Mine", version: 4 }]);
  answers[0].resolve(row("Mine", 5));
});

test("a 409 about the same text is a conflict", async () => {
  const { draft, answers } = stage();
  draft.edit("Mine");
  const flushed = draft.flush();
  answers[0].reject(conflict(row("Theirs", 2)));
  await flushed;
  assert.deepEqual([draft.state, draft.theirs, draft.text], ["conflict", "Theirs", "Mine"]);
});

test("both wrote the same: agreed", async () => {
  const { draft, answers } = stage();
  draft.edit("Same");
  const flushed = draft.flush();
  answers[0].reject(conflict(row("Same", 2)));
  await flushed;
  assert.equal(draft.state, "saved");
});

test("one's own event before the answer is no conflict", async () => {
  const { draft, answers } = stage();
  draft.edit("Two");
  const flushed = draft.flush();
  draft.upstream(row("Two", 2));
  assert.equal(draft.state, "saving");
  answers[0].resolve(row("Two", 2));
  await flushed;
  assert.equal(draft.state, "saved");
});

test("writing on while it saves saves again", async () => {
  const { draft, sent, answers } = stage();
  draft.edit("Two");
  const flushed = draft.flush();
  draft.edit("Two more");
  answers[0].resolve(row("Two", 2));
  await settle();
  assert.deepEqual(sent[1], { title: "Two more", version: 2 });
  answers[1].resolve(row("Two more", 3));
  await flushed;
  assert.deepEqual([draft.state, draft.text], ["saved", "Two more"]);
});

test("a refused save keeps the text and says why; the next try may succeed", async () => {
  const { draft, sent, answers, storage } = stage();
  draft.edit("");
  const flushed = draft.flush();
  answers[0].reject(new ApiError(422, { errors: { title: ["Write a title."] } }));
  await flushed;
  assert.deepEqual([draft.state, draft.words, draft.text, storage.kept.text], ["failed", "Write a title.", "", ""]);
  draft.flush();
  assert.equal(sent.length, 2);
});

test("a kept draft comes back after a reload; over a changed text it is a conflict", () => {
  const kept = { text: "Mine", base: "One", version: 1 };
  assert.deepEqual([stage(row("One", 1), kept).draft.text, stage(row("One", 1), kept).draft.state], ["Mine", "dirty"]);
  const { draft } = stage(row("Theirs", 2), kept);
  assert.deepEqual([draft.state, draft.text, draft.theirs], ["conflict", "Mine", "Theirs"]);
});

test("an old event after a newer save changes nothing", async () => {
  const { draft, answers } = stage();
  draft.edit("Two");
  const flushed = draft.flush();
  answers[0].resolve(row("Two", 3));
  await flushed;
  draft.upstream(row("One", 2));
  assert.equal(draft.text, "Two");
});
