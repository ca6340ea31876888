/* What stands in a list of messages, from top to bottom: messages, those that belong together under one name, the
   dividers of days, and the one before what is new. */

import { dayKey } from "./format.js";

const GROUPED_WITHIN = 5 * 60_000;

/**
 * ids: of the messages; orphans: a Set of ids of deleted ones that still hold somebody's words; rowOf(id) -> row;
 * waiting: entries of the outbox; divider: id of the first new message, or null; me: id of the person.
 * Answers with [{kind: "day", key, at} | {kind: "new"} | {kind: "orphan", id} | {kind: "message", id, row, entry, grouped}].
 */
export function outline({ ids, orphans = new Set(), rowOf, waiting = [], divider = null, me }) {
  const lines = [];
  const days = new Set();
  let last = null;
  let divided = false;
  const divide = (line) => {
    lines.push(line);
    last = null;
  };
  for (const { id = null, row = null, entry = null } of [...said(ids, orphans, rowOf), ...waiting.map((entry) => ({ entry }))]) {
    if (orphans.has(id)) {
      divide({ kind: "orphan", id });
      continue;
    }
    const author = row?.author ?? me;
    const at = row?.created_at ?? new Date(entry.at).toISOString();
    const key = dayKey(at);
    if (!days.has(key)) divide({ kind: "day", key, at });
    days.add(key);
    if (!divided && divider !== null && row && id >= divider) {
      divided = true;
      divide({ kind: "new" });
    }
    const grouped = last?.author === author && Date.parse(at) - Date.parse(last.at) < GROUPED_WITHIN;
    lines.push({ kind: "message", id, row, entry, grouped });
    last = { author, at };
  }
  return lines;
}

function said(ids, orphans, rowOf) {
  return [...ids, ...orphans]
    .sort((one, other) => one - other)
    .map((id) => ({ id, row: rowOf(id) }))
    .filter(({ id, row }) => row || orphans.has(id));
}
