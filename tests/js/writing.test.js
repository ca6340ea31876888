import assert from "node:assert/strict";
import { test } from "node:test";

import { lengthOf, linked, marked } from "../../static/js/helpers/writing.js";

test("a mark goes around what is selected, and off again", () => {
  assert.deepEqual(marked("now", "**"), { text: "**now**", from: 2, to: 5 });
  assert.deepEqual(marked("**now**", "**"), { text: "now", from: 0, to: 3 });
  assert.deepEqual(marked("", "`"), { text: "``", from: 1, to: 1 });
});

test("a link asks for what is missing", () => {
  assert.deepEqual(linked("https://example.com/a"), { text: "[](https://example.com/a)", from: 1, to: 1 });
  assert.equal(linked("the plan").text, "[the plan](https://)");
});

test("length is counted as the server counts it", () => {
  assert.equal(lengthOf("🙂".repeat(6_000)), 6_000);
  assert.equal(lengthOf("ab"), 2);
});
