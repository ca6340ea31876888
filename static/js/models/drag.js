/* Where a dragged card, column or item would go: geometry read once at the lift, arithmetic from then on. Lengths in CSS pixels;
   what a list holds is measured from its own top, so that scrolling changes one number. No DOM. */

/** {columns: [{id, left, width, top, bottom, scroll, cards: [{id, top, height}]}], gap, board: scrollLeft of the board} */
export class CardPlaces {
  #columns;
  #gap;
  #card;
  #board;
  #start;
  #first;

  /** card: {id, column, height}, the one that is dragged; `first`: where a column's first card begins. */
  constructor({ columns, gap, first, board, card }) {
    this.#start = board;
    this.#columns = columns.map((column) => ({ ...column, others: column.cards.filter(({ id }) => id !== card.id) }));
    this.#gap = gap;
    this.#first = first;
    this.#board = board;
    this.#card = card;
  }

  /** The board, or a column of it, has scrolled to there. */
  scrolled(column, to) {
    if (column === null) this.#board = to;
    else this.#column(column).scroll = to;
  }

  /** {column, index} for the pointer's x and the dragged card's top, in the window: index among the other cards. */
  at(x, y) {
    const column = nearest(this.#columns, x + this.#board - this.#start);
    const wanted = y - column.top + column.scroll;
    const index = column.others.findIndex((card) => wanted < card.top - this.#raised(column, card) + card.height / 2);
    return { column: column.id, index: index < 0 ? column.others.length : index };
  }

  /** Ids of the cards that the place lies between: {after, before}, undefined at the ends of what is drawn. */
  neighbours({ column, index }) {
    const { others } = this.#column(column);
    return { after: others[index - 1]?.id, before: others[index]?.id };
  }

  /** How far each card is from where it lies in the page, for the place to be open: Map of id -> pixels, none where 0. */
  shifts({ column, index }) {
    const room = this.#card.height + this.#gap;
    const shifts = new Map();
    for (const each of this.#columns) {
      if (each.id !== column && each.id !== this.#card.column) continue;
      each.others.forEach((card, place) => {
        const shift = (each.id === column && place >= index ? room : 0) - this.#raised(each, card);
        if (shift) shifts.set(card.id, shift);
      });
    }
    return shifts;
  }

  /** The open place in the window: {x, y, width, top, bottom}, the last two the bounds of what one sees of its column. */
  gap({ column, index }) {
    const into = this.#column(column);
    const before = into.others[index - 1];
    const top = before ? before.top - this.#raised(into, before) + before.height + this.#gap : this.#first;
    return {
      x: into.left - (this.#board - this.#start),
      y: into.top + top - into.scroll,
      width: into.width,
      top: into.top,
      bottom: into.bottom,
    };
  }

  bounds(column) {
    const { top, bottom } = this.#column(column);
    return { top, bottom };
  }

  /** By how much the rest of its own column moves up when the dragged card is out of it. */
  #raised(column, card) {
    const own = column.cards.find(({ id }) => id === this.#card.id);
    return own && card.top > own.top ? own.height + this.#gap : 0;
  }

  #column(id) {
    return this.#columns.find((column) => column.id === id);
  }
}

/** Things in one line, columns from the start or items from the top: [{id, from, size}], as they stand. */
export class LinePlaces {
  #things;
  #own;
  #gap;

  constructor({ things, gap, id }) {
    this.#things = things;
    this.#gap = gap;
    this.#own = things.findIndex((thing) => thing.id === id);
  }

  /** Where the dragged one begins while nobody drags it. */
  get from() {
    return this.#things[this.#own]?.from;
  }

  /** Index among the others, by how far the dragged one has gone: its edge ahead is past the middle of a neighbour. */
  at(moved) {
    const { from, size } = this.#things[this.#own];
    const others = this.#others;
    let index = this.#own;
    if (moved < 0) while (index > 0 && from + moved < middle(others[index - 1])) index -= 1;
    else while (index < others.length && from + size + moved > middle(others[index])) index += 1;
    return index;
  }

  /** How far each of the others makes room when the dragged one goes to `index`: Map of id -> pixels, none where 0. */
  shifts(index) {
    const room = this.#things[this.#own].size + this.#gap;
    const shifts = new Map();
    this.#things.forEach((thing, place) => {
      if (place > this.#own && place <= index) shifts.set(thing.id, -room);
      if (place < this.#own && place >= index) shifts.set(thing.id, room);
    });
    return shifts;
  }

  /** {after, before}: ids of those that the place lies between; null where it is the one's own. */
  neighbours(index) {
    const others = this.#others;
    return index === this.#own ? null : { after: others[index - 1]?.id, before: others[index]?.id };
  }

  get #others() {
    return this.#things.filter((_, place) => place !== this.#own);
  }
}

/** How fast to scroll, in pixels a frame, at `at` between two edges: the nearer to one, the faster. */
export function pull(at, from, to, { edge = 56, fastest = 18 } = {}) {
  const reach = Math.min(edge, (to - from) / 3);
  if (at < from + reach) return -fastest * Math.min(1, (from + reach - at) / reach);
  if (at > to - reach) return fastest * Math.min(1, (at - (to - reach)) / reach);
  return 0;
}

const middle = ({ from, size }) => from + size / 2;

const nearest = (columns, x) =>
  columns.reduce((best, column) => (distance(column, x) < distance(best, x) ? column : best));

const distance = ({ left, width }, x) => Math.max(left - x, x - left - width, 0);
