/* Which parts of the rail are folded, kept in this browser for each project. */

const nameOf = (project) => `taskroom:rail:${project}`;

export class Folded {
  #project;
  #parts;

  constructor(project, initially = []) {
    this.#project = project;
    this.#parts = new Set(this.#read() ?? initially);
  }

  has(name) {
    return this.#parts.has(name);
  }

  toggle(name, folded = !this.has(name)) {
    if (folded) this.#parts.add(name);
    else this.#parts.delete(name);
    try {
      localStorage.setItem(nameOf(this.#project), JSON.stringify([...this.#parts]));
    } catch {
      // a full or forbidden storage: folded until the page is left
    }
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(nameOf(this.#project)));
      return Array.isArray(kept) ? kept : null;
    } catch {
      return null;
    }
  }
}
