import assert from "node:assert/strict";
import { test } from "node:test";

import { suggestKey } from "../../static/js/helpers/suggest_key.js";

// The same pairs stand in tests/projects/test_making_a_project.py.
const PAIRS = {
  "Website relaunch": "WR",
  Web: "WEB",
  "Café": "CAF",
  "Garden café relaunch 2027": "GCR2",
  "2027 plans": "PRJ",
  "Данные": "PRJ",
  "A": "PRJ",
  "One two three four five six": "OTTFF",
};

test("a key is made of a name as the server makes it", () => {
  for (const [name, key] of Object.entries(PAIRS)) assert.equal(suggestKey(name), key, name);
});

test("no name suggests no key", () => assert.equal(suggestKey("  "), ""));
