/* Who does something just now: (place, person) pairs that vanish by themselves. Typing and viewing are this. */

export class Expiring {
  #entries = new Map();
  #changed;
  #lifetime;
  #single;
  #clock;

  /** `single`: a person is in one place at a time (one views one task), else in several. */
  constructor(changed, { lifetime, single = false, clock = globalThis }) {
    this.#changed = changed;
    this.#lifetime = lifetime;
    this.#single = single;
    this.#clock = clock;
  }

  /** Ids of the people at `place`, longest there first. */
  in(place) {
    return [...this.#entries.values()].filter((entry) => entry.place === place).map((entry) => entry.user);
  }

  of(place) {
    return this.in(place);
  }

  add(place, user) {
    const key = this.#key(place, user);
    const known = this.#entries.get(key);
    if (known) this.#clock.clearTimeout(known.timer);
    const timer = this.#clock.setTimeout(() => this.#drop(key), this.#lifetime);
    timer?.unref?.();
    this.#entries.set(key, { place, user, timer });
    if (known && known.place !== place) this.#changed(known.place, user);
    if (!known || known.place !== place) this.#changed(place, user);
  }

  remove(place, user) {
    this.#drop(this.#key(place, user));
  }

  /** Takes a person out of every place. */
  leave(user) {
    for (const [key, entry] of [...this.#entries]) if (entry.user === user) this.#drop(key);
  }

  clear() {
    for (const key of [...this.#entries.keys()]) this.#drop(key);
  }

  #key(place, user) {
    return this.#single ? `${user}` : `${place}:${user}`;
  }

  #drop(key) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#clock.clearTimeout(entry.timer);
    this.#entries.delete(key);
    this.#changed(entry.place, entry.user);
  }
}
