/* What the person at this page does: active with input in the last 5 minutes, idle until 15, then inactive; hidden
   when the tab cannot be seen for longer than a reload takes. Tells on change, again while input goes on, and when the
   server thinks otherwise. */

const IDLE_AFTER = 5 * 60_000;
const INACTIVE_AFTER = 15 * 60_000;
const HIDDEN_AFTER = 1_500; // a page that goes is hidden first: that is no absence
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
  #hidden;
  #leaving = false;
  #told = "active";
  #toldAt;
  #doubted;
  #timer = null;
  #hiding = null;
  #limits;

  /**
   * tell(state); doubted(): whether others see something else than what was told, so that input tells it again;
   * hidden: whether the tab cannot be seen from the start.
   */
  constructor(
    tell,
    { clock = browserClock(), doubted = () => false, hidden = false, idleAfter = IDLE_AFTER, inactiveAfter = INACTIVE_AFTER } = {},
  ) {
    this.#tell = tell;
    this.#clock = clock;
    this.#doubted = doubted;
    this.#limits = { idleAfter, inactiveAfter };
    this.#lastInput = this.#toldAt = clock.now();
    this.#hidden = hidden;
    this.#update();
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
    this.#clock.clearTimeout(this.#hiding);
    if (!hidden) return this.#seen();
    if (this.#leaving) return;
    this.#hiding = this.#clock.setTimeout(() => this.#unseen(), HIDDEN_AFTER);
    this.#hiding?.unref?.();
  }

  /** The page goes. Should it come back after all, setHidden(false) says so. */
  leaving() {
    this.#leaving = true;
    this.#clock.clearTimeout(this.#hiding);
  }

  stop() {
    this.#clock.clearTimeout(this.#hiding);
    this.#clock.clearTimeout(this.#timer);
  }

  #seen() {
    this.#hidden = this.#leaving = false;
    this.#lastInput = this.#clock.now(); // whoever comes back to the tab is here
    this.#update();
  }

  #unseen() {
    this.#hidden = true;
    this.#update();
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
