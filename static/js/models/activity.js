/* What the person at this page does: active with input in the last 5 minutes, idle until 15, then inactive; hidden
   when the tab cannot be seen. Tells on change only. */

const IDLE_AFTER = 5 * 60_000;
const INACTIVE_AFTER = 15 * 60_000;
const LISTENS_EVERY = 1_000;

export class Activity {
  #tell;
  #clock;
  #lastInput;
  #hidden = false;
  #told = "active";
  #timer = null;
  #limits;

  constructor(tell, { clock = { now: Date.now, setTimeout: globalThis.setTimeout.bind(globalThis), clearTimeout: globalThis.clearTimeout.bind(globalThis) }, idleAfter = IDLE_AFTER, inactiveAfter = INACTIVE_AFTER } = {}) {
    this.#tell = tell;
    this.#clock = clock;
    this.#limits = { idleAfter, inactiveAfter };
    this.#lastInput = clock.now();
    this.#schedule();
  }

  get state() {
    if (this.#hidden) return "hidden";
    const quiet = this.#clock.now() - this.#lastInput;
    if (quiet < this.#limits.idleAfter) return "active";
    return quiet < this.#limits.inactiveAfter ? "idle" : "inactive";
  }

  /** A key, a pointer, a scroll. Cheap: most calls return at once. */
  input() {
    const now = this.#clock.now();
    if (this.#told === "active" && now - this.#lastInput < LISTENS_EVERY) return;
    this.#lastInput = now;
    this.#update();
  }

  setHidden(hidden) {
    this.#hidden = hidden;
    if (!hidden) this.#lastInput = this.#clock.now(); // whoever comes back to the tab is here
    this.#update();
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
  }

  #update() {
    if (this.state !== this.#told) {
      this.#told = this.state;
      this.#tell(this.#told);
    }
    this.#schedule();
  }

  #schedule() {
    this.#clock.clearTimeout(this.#timer);
    const quiet = this.#clock.now() - this.#lastInput;
    const next = quiet < this.#limits.idleAfter ? this.#limits.idleAfter : this.#limits.inactiveAfter;
    if (this.#hidden || quiet >= this.#limits.inactiveAfter) return;
    this.#timer = this.#clock.setTimeout(() => this.#update(), next - quiet);
    this.#timer?.unref?.();
  }
}
