/* Rows of one noun by id. Remembers what was deleted, so that a late answer never brings it back, and lays
   optimistic changes over the server's rows without touching them. */

import { askedAt } from "../helpers/api.js";

const time = (row) => Date.parse(row.updated_at ?? row.edited_at ?? "") || 0;

export class Collection {
  #noun;
  #emit;
  #rows = new Map();
  #shown = new Map();
  #deleted = new Set();
  #overlays = new Map();
  #heard = new Map(); // id -> when its last event came
  #isAway;

  /** isAway(row): known, and not among the rest: an archived task. */
  constructor(noun, emit = () => {}, { isAway = () => false } = {}) {
    this.#noun = noun;
    this.#emit = emit;
    this.#isAway = isAway;
  }

  /** The row as it should be shown: the server's, with what is on its way laid over it. */
  get(id) {
    return this.#shown.get(Number(id));
  }

  /** The server's row alone. */
  confirmed(id) {
    return this.#rows.get(Number(id));
  }

  /** The row as it should be shown, be it away. */
  known(id) {
    id = Number(id);
    return this.#shown.get(id) ?? (this.#overlays.get(id)?.some((patch) => patch.hidden) ? undefined : this.#rows.get(id));
  }

  /** Those of the rows known here that are away. */
  away() {
    return [...this.#rows.values()].filter(this.#isAway);
  }

  has(id) {
    return this.#shown.has(Number(id));
  }

  get size() {
    return this.#shown.size;
  }

  all() {
    return [...this.#shown.values()];
  }

  where(test) {
    return this.all().filter(test);
  }

  /**
   * Takes a whole row in. Ignored: rows of deleted objects (unless `revive`), and rows older than what is here.
   * `live` marks an event of the log; those come in order, so only their version can make them old news. An answer that
   * was `asked` for before the row's last event came may be older, and where it is not, an event is still to say so.
   */
  put(row, { action, by = null, live = false, revive = false, asked = askedAt(row) } = {}) {
    const id = Number(row.id);
    if (live) this.#heard.set(id, performance.now());
    if (this.#deleted.has(id)) {
      if (!revive) return undefined;
      this.#deleted.delete(id);
    }
    const known = this.#rows.get(id);
    if (known && (isOlder(row, known, live) ?? asked < this.#heard.get(id))) return this.get(id);
    const previous = this.get(id);
    this.#rows.set(id, row);
    this.#show(id);
    const shown = this.get(id);
    if (this.#isAway(row) || (known && this.#isAway(known))) this.#emit({ noun: "away", action: "updated", id, row, by, live });
    if (!shown && !previous) return undefined;
    const natural = !shown ? "deleted" : !previous ? "created" : (action ?? (known ? "updated" : "created"));
    this.#emit({ noun: this.#noun, action: natural, id, row: shown, previous, by, live });
    return shown;
  }

  delete(id, { by = null, live = false } = {}) {
    id = Number(id);
    const previous = this.get(id);
    const known = this.#rows.get(id);
    this.#deleted.add(id);
    this.#rows.delete(id);
    this.#shown.delete(id);
    this.#overlays.delete(id);
    this.#heard.delete(id);
    if (known && this.#isAway(known)) this.#emit({ noun: "away", action: "deleted", id, by, live });
    if (previous) this.#emit({ noun: this.#noun, action: "deleted", id, row: undefined, previous, by, live });
  }

  /** Lays `patch` over a row until the returned function is called. `{hidden: true}` takes it out of sight. */
  overlay(id, patch) {
    id = Number(id);
    const patches = this.#overlays.get(id) ?? [];
    const mine = { ...patch };
    this.#overlays.set(id, [...patches, mine]);
    this.#redraw(id);
    return () => {
      const left = (this.#overlays.get(id) ?? []).filter((other) => other !== mine);
      if (left.length) this.#overlays.set(id, left);
      else this.#overlays.delete(id);
      this.#redraw(id);
    };
  }

  /** Everything anew, from a snapshot; what was deleted before is the snapshot's business now. */
  replace(rows) {
    this.#rows = new Map(rows.map((row) => [Number(row.id), row]));
    this.#deleted.clear();
    this.#heard.clear();
    this.#shown.clear();
    for (const id of this.#rows.keys()) this.#show(id);
  }

  #redraw(id) {
    const previous = this.get(id);
    this.#show(id);
    const row = this.get(id);
    if (row === previous) return;
    const action = !row ? "deleted" : previous ? "updated" : "created";
    this.#emit({ noun: this.#noun, action, id, row, previous, by: null, live: false });
  }

  #show(id) {
    const row = this.#rows.get(id);
    const patches = this.#overlays.get(id);
    const shown = row && patches ? Object.assign({}, row, ...patches) : row;
    if (!row || patches?.some((patch) => patch.hidden) || this.#isAway(shown)) this.#shown.delete(id);
    else this.#shown.set(id, shown);
  }
}

/** Undefined: neither its version nor its time tells. */
function isOlder(row, known, live) {
  if (Number.isInteger(row.version) && Number.isInteger(known.version) && row.version !== known.version) {
    return row.version < known.version;
  }
  if (live) return false;
  return time(row) === time(known) ? undefined : time(row) < time(known);
}
