import assert from "node:assert/strict";
import { test } from "node:test";

import { may, roleMay } from "../../static/js/helpers/rights.js";
import { ProjectStore } from "../../static/js/models/project_store.js";

test("roles may what the design says", () => {
  const table = {
    guest: ["chat", "comment"],
    member: ["chat", "comment", "create_tasks", "edit_tasks", "move_tasks", "delete_tasks", "create_rooms"],
    admin: ["create_tasks", "export", "manage_columns", "manage_labels", "delete_messages", "change_project"],
    owner: ["manage_columns", "delete_project"],
  };
  for (const [role, capabilities] of Object.entries(table))
    for (const one of capabilities) assert.ok(roleMay(role, one), `${role} ${one}`);
  for (const [role, one] of [
    ["guest", "create_tasks"],
    ["guest", "edit_tasks"],
    ["guest", "move_tasks"],
    ["guest", "delete_tasks"],
    ["member", "export"],
    ["member", "manage_columns"],
    ["admin", "delete_project"],
    [undefined, "see"],
  ]) {
    assert.equal(roleMay(role, one), false, `${role} ${one}`);
  }
  assert.equal(roleMay("owner", "fly"), false);
});

test("an archived project is only looked at", () => {
  const store = new ProjectStore();
  store.replace({ sequence: 1, project: { id: 1, archived_at: "2026-11-22T10:00:00Z" }, me: { id: 1, role: "owner" } });
  assert.deepEqual(
    ["see", "edit_tasks", "chat", "delete_project"].map((one) => may(one, store)),
    [true, false, false, true],
  );
});
