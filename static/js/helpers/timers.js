/* Timers by name: setting one again replaces it. */

export class Timers {
  #clock;
  #running = {};

  /** clock: {setTimeout, clearTimeout}. */
  constructor(clock) {
    this.#clock = clock;
  }

  after(name, delay, act) {
    this.cancel(name);
    this.#running[name] = this.#clock.setTimeout(() => {
      delete this.#running[name];
      act();
    }, delay);
  }

  cancel(name) {
    if (!(name in this.#running)) return;
    this.#clock.clearTimeout(this.#running[name]);
    delete this.#running[name];
  }

  cancelAll() {
    for (const name of Object.keys(this.#running)) this.cancel(name);
  }
}
