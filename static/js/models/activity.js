/* What the person at this page does: active with input in the last 5 minutes, idle until 15, then inactive; hidden
   when the tab cannot be seen. Tells on change, again while input goes on, and when the server thinks otherwise. */

const IDLE_AFTER = 5 * 60_000;
const INACTIVE_AFTER = 15 * 60_000;
const LISTENS_EVERY = 1_000;
const REPEATS_EVERY = 60_000;

const browserClock = () => ({
  now: () => Date.now(),
  setTimeout: (act, delay) => globalThis.setTimeout(act, delay),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
});

export class Activity {
  #tell;
  #clock;
  #lastInput;
  #hidden = false;
  #told = "active";
  #toldAt;
  #doubted;
  #timer = null;
  #limits;

  /** tell(state); doubted(): whether others see something else than what was told, so that input tells it again. */
  constructor(
    tell,
    { clock = browserClock(), doubted = () => false, idleAfter = IDLE_AFTER, inactiveAfter = INACTIVE_AFTER } = {},
  ) {
    this.#tell = tell;
    this.#clock = clock;
    this.#doubted = doubted;
    this.#limits = { idleAfter, inactiveAfter };
    this.#lastInput = this.#toldAt = clock.now();
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
    const again = this.#told === "active" && (now - this.#toldAt > REPEATS_EVERY || this.#doubted());
    this.#update({ again });
  }

  setHidden(hidden) {
    this.#hidden = hidden;
    if (!hidden) this.#lastInput = this.#clock.now(); // whoever comes back to the tab is here
    this.#update();
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
  }

  #update({ again = false } = {}) {
    if (this.state !== this.#told || again) {
      this.#told = this.state;
      this.#toldAt = this.#clock.now();
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
