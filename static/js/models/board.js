/* The board as an order: columns by position, cards by position within them. Kept sorted per column, so that one
   event sorts one column of a project of thousands. No DOM. */

const byPosition = (one, other) =>
  one.position < other.position ? -1 : one.position > other.position ? 1 : one.id - other.id;

/** A position between two neighbours (null: the open end). Only for the moment until the server's comes. */
export function between(before, after) {
  if (before === null || before === undefined) return "\u0001";
  for (let low = ""; ; low += "\u0000") {
    const position = `${before}${low}\u0001`;
    if (after === null || after === undefined || position < after) return position;
  }
}

export class Board {
  #store;
  #cards = null;

  constructor(store) {
    this.#store = store;
    store.on("task", ({ action, row, previous }) => {
      if (action === "reset") this.#cards = null;
      else for (const column of new Set([row?.column, previous?.column])) this.#forget(column);
    });
  }

  columns() {
    return this.#store.columns.all().sort(byPosition);
  }

  /** Tasks of a column, top first. */
  cards(column) {
    this.#cards ??= this.#sortAll();
    if (!this.#cards.has(column)) {
      this.#cards.set(column, this.#store.tasks.where((task) => task.column === column).sort(byPosition));
    }
    return this.#cards.get(column);
  }

  /** Index among a column's other cards of the place behind `after`, else before `before` (ids), else at the end. */
  placeBetween(id, column, { after, before }) {
    const others = this.cards(column).filter((other) => other.id !== id);
    const behind = others.findIndex((other) => other.id === after);
    if (behind >= 0) return behind + 1;
    const ahead = others.findIndex((other) => other.id === before);
    return ahead >= 0 ? ahead : others.length;
  }

  /** The same neighbours where several cards (ids) move together: those of them that move are passed over. */
  neighboursBut(ids, column, { after, before }) {
    const moving = new Set(ids);
    const cards = this.cards(column).map(({ id }) => id);
    const free = (from, step) => {
      let at = from;
      while (at >= 0 && moving.has(cards[at])) at += step;
      return cards[at] ?? null;
    };
    return {
      after: after === undefined ? null : free(cards.indexOf(after), -1),
      before: before === undefined ? null : free(cards.indexOf(before), 1),
    };
  }

  doneColumn() {
    return this.columns().find((column) => column.done);
  }

  firstOpenColumn() {
    return this.columns().find((column) => !column.done);
  }

  /**
   * What a move means, for the server (column, before or after an id) and for the eye (position).
   * target: {column, place}, place "top", "bottom", "up", "down", {index}, or {position}: where that sorts.
   * null when it leads nowhere: up at the top, down at the bottom.
   */
  intent(task, { column = task.column, place = "bottom" }) {
    const others = this.cards(column).filter((other) => other.id !== task.id);
    const index = this.#index(task, others, column, place);
    if (index === null) return null;
    const [before, after] = [others[index - 1], others[index]];
    // Both neighbours, so that one of them may go meanwhile.
    const order = { ...(before && { after: before.id }), ...(after && { before: after.id }) };
    return { request: { column, ...order }, patch: { column, position: between(before?.position, after?.position) } };
  }

  #index(task, others, column, place) {
    if (place === "top") return 0;
    if (place === "bottom") return others.length;
    if (place.index !== undefined) return Math.min(place.index, others.length);
    if (place.position !== undefined) return countBefore(others, { id: task.id, position: place.position });
    const now = countBefore(others, task);
    const wanted = place === "up" ? now - 1 : now + 1;
    return wanted < 0 || wanted > others.length ? null : wanted;
  }

  #forget(column) {
    this.#cards?.delete(column);
  }

  #sortAll() {
    const cards = new Map(this.#store.columns.all().map(({ id }) => [id, []]));
    for (const task of this.#store.tasks.all()) {
      if (!cards.has(task.column)) cards.set(task.column, []);
      cards.get(task.column).push(task);
    }
    for (const column of cards.values()) column.sort(byPosition);
    return cards;
  }
}

const countBefore = (others, task) => others.filter((other) => byPosition(other, task) < 0).length;
