/* Moving a card without a pointer: Space lifts it, arrows carry it, Space drops it, Escape puts it back; each step is said.
   Where it is carried shows as a change that is on its way; the server hears of the drop alone. */

import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { collapsed } from "../models/collapsed.js";
import { store } from "../models/project_store.js";
import { changes } from "../models/task_changes.js";
import { answer } from "./live_announcer.js";
import { tellLost } from "./lost_task.js";

export class CardLift {
  #board;
  #held = null; // {task, card, takeOff, column, index}: as it was, and where it is carried

  constructor(board) {
    this.#board = board;
    store.on("task", ({ id, action }) => {
      if (id === this.#held?.task.id && (action === "deleted" || action === "reset")) queueMicrotask(() => this.#lost());
    });
    // Whoever turns to something else has not dropped it.
    document.addEventListener("pointerdown", () => this.putBack(), true);
  }

  get active() {
    return this.#held !== null;
  }

  lift(card) {
    if (!may("move_tasks")) return;
    const { task } = card;
    const index = changes.board.cards(task.column).findIndex(({ id }) => id === task.id);
    this.#held = { task, card, column: task.column, index, takeOff: () => {} };
    card.setAttribute("data-carried", "");
    const words = gettext("%(ref)s lifted. %(place)s. Arrows move it, Space drops it, Escape puts it back.");
    answer(interpolate(words, { ref: task.ref, place: this.#place() }));
  }

  /** A key while a card is lifted; answers whether it was one of ours. */
  key(event) {
    const across = document.documentElement.dir === "rtl" ? -1 : 1;
    const act = {
      ArrowUp: () => this.#carry(0, -1),
      ArrowDown: () => this.#carry(0, 1),
      ArrowLeft: () => this.#carry(-across, 0),
      ArrowRight: () => this.#carry(across, 0),
      Home: () => this.#carry(0, -Infinity),
      End: () => this.#carry(0, Infinity),
      " ": () => this.#drop(),
      Enter: () => this.#drop(),
      Escape: () => this.putBack(),
    }[event.key];
    if (!act) {
      if (event.key === "Tab") this.putBack();
      return event.key.length === 1 && !event.ctrlKey && !event.metaKey;
    }
    act();
    return true;
  }

  putBack() {
    const held = this.#let();
    if (!held) return;
    this.#board.draw();
    held.card.link.focus({ preventScroll: false });
    answer(interpolate(gettext("%(ref)s is back where it was, in %(column)s."), { ref: held.task.ref, column: nameOf(held.task.column) }));
  }

  #carry(across, along) {
    const held = this.#held;
    if (across) {
      const columns = changes.board.columns().filter(({ id }) => !collapsed.has(id));
      const next = columns[columns.findIndex(({ id }) => id === held.column) + across];
      if (!next) return answer(gettext("There is no column further on."));
      held.column = next.id;
      held.index = Math.min(held.index, this.#others().length);
    } else {
      const index = Math.max(0, Math.min(held.index + along, this.#others().length));
      if (index === held.index) return answer(along < 0 ? gettext("It is the first already.") : gettext("It is the last already."));
      held.index = index;
    }
    this.#show();
    answer(`${this.#place()}.`);
  }

  #show() {
    const held = this.#held;
    held.takeOff();
    const { patch } = changes.board.intent(held.task, { column: held.column, place: { index: held.index } });
    held.takeOff = store.tasks.overlay(held.task.id, patch);
    boardView.keep(held.task.id);
    this.#board.querySelector(`task-column[data-column-id="${held.column}"]`)?.keep(held.task.id);
    this.#board.draw();
    held.card.link.focus({ preventScroll: true });
    held.card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #drop() {
    const held = this.#let();
    const moved = held.column !== held.task.column || held.index !== this.#indexOf(held.task);
    const words = interpolate(gettext("%(ref)s dropped. %(place)s."), { ref: held.task.ref, place: this.#place(held) });
    if (moved) changes.move(held.task.id, { column: held.column, place: { index: held.index } });
    this.#board.draw();
    held.card.link.focus();
    answer(words);
  }

  #lost() {
    const held = this.#let();
    if (!held || store.tasks.has(held.task.id)) return;
    tellLost(held.task);
  }

  /** Lets go: what is on the board again is what the server has. */
  #let() {
    const held = this.#held;
    this.#held = null;
    held?.card.removeAttribute("data-carried");
    held?.takeOff();
    return held;
  }

  #others(held = this.#held) {
    return changes.board.cards(held.column).filter(({ id }) => id !== held.task.id);
  }

  #indexOf(task) {
    return changes.board.cards(task.column).findIndex(({ id }) => id === task.id);
  }

  #place(held = this.#held) {
    return interpolate(gettext("%(column)s, place %(place)s of %(count)s"), {
      column: nameOf(held.column),
      place: held.index + 1,
      count: this.#others(held).length + 1,
    });
  }
}

const nameOf = (column) => store.columns.get(column)?.name ?? "";
