/* Rows of one noun by id. Remembers what was deleted, so that a late answer never brings it back, and lays
   optimistic changes over the server's rows without touching them. */

const time = (row) => Date.parse(row.updated_at ?? row.edited_at ?? "") || 0;

export class Collection {
  #noun;
  #emit;
  #rows = new Map();
  #shown = new Map();
  #deleted = new Set();
  #overlays = new Map();

  constructor(noun, emit = () => {}) {
    this.#noun = noun;
    this.#emit = emit;
  }

  /** The row as it should be shown: the server's, with what is on its way laid over it. */
  get(id) {
    return this.#shown.get(Number(id));
  }

  /** The server's row alone. */
  confirmed(id) {
    return this.#rows.get(Number(id));
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

  wasDeleted(id) {
    return this.#deleted.has(Number(id));
  }

  /**
   * Takes a whole row in. Ignored: rows of deleted objects (unless `revive`), and rows older than what is here.
   * `live` marks an event of the log; those come in order, so only their version can make them old news.
   */
  put(row, { action, by = null, live = false, revive = false } = {}) {
    const id = Number(row.id);
    if (this.#deleted.has(id)) {
      if (!revive) return undefined;
      this.#deleted.delete(id);
    }
    const known = this.#rows.get(id);
    if (known && isOlder(row, known, live)) return this.get(id);
    const previous = this.get(id);
    this.#rows.set(id, row);
    this.#show(id);
    this.#emit({
      noun: this.#noun,
      action: action ?? (known ? "updated" : "created"),
      id,
      row: this.get(id),
      previous,
      by,
      live,
    });
    return this.get(id);
  }

  delete(id, { by = null, live = false } = {}) {
    id = Number(id);
    const previous = this.get(id);
    this.#deleted.add(id);
    this.#rows.delete(id);
    this.#shown.delete(id);
    this.#overlays.delete(id);
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
    if (!row || patches?.some((patch) => patch.hidden)) this.#shown.delete(id);
    else this.#shown.set(id, patches ? Object.assign({}, row, ...patches) : row);
  }
}

function isOlder(row, known, live) {
  if (Number.isInteger(row.version) && Number.isInteger(known.version) && row.version !== known.version) {
    return row.version < known.version;
  }
  return !live && time(row) < time(known);
}
