/* <action-menu>: a menu beside what it belongs to, or a sheet at the bottom of a phone; with a field to filter where
   the list may be long. One is open at a time; Escape and a click elsewhere close it, and focus goes back. */

import { element, icon } from "../helpers/dom.js";
import { placeBeside } from "../helpers/floating.js";
import { gettext } from "../helpers/words.js";
import { avatarOf } from "./user_avatar.js";

/**
 * Opens a menu. at: element or {x, y}; label: what screen readers call it; items: array, or a function for menus that
 * stay open and change. An item: {label, act, icon?, keys?, danger?, checked?, avatar?, colour?, note?, items?, stays?,
 * heading?, line?}. filter: placeholder of a filter field; create(text) -> item offered for what is not in the list;
 * none: what stands there while there is nothing to choose from; most: how many are shown of those that are found;
 * foot: one more item at the end while one looks for nothing.
 */
export function openMenu(options) {
  closeMenu();
  const menu = document.createElement("action-menu");
  (document.querySelector("dialog[open]") ?? document.body).append(menu);
  menu.open(options);
  return menu;
}

export function closeMenu() {
  document.querySelector("action-menu")?.close();
}

export class ActionMenu extends HTMLElement {
  #options;
  #back;
  #list;
  #search = null;
  #active = -1;

  open(options) {
    this.#options = options;
    this.#back = options.returnTo ?? document.activeElement;
    this.className = "dropdown-menu show action-menu";
    this.popover = "manual";
    this.#build();
    this.showPopover();
    this.#place();
    // Before Bootstrap's own listener, which takes every .dropdown-menu for one of its own.
    addEventListener("keydown", this, true);
    document.addEventListener("pointerdown", this, true);
    addEventListener("resize", this);
    this.#focusFirst();
  }

  close({ focus = true } = {}) {
    if (!this.isConnected) return;
    document.removeEventListener("pointerdown", this, true);
    removeEventListener("keydown", this, true);
    removeEventListener("resize", this);
    const hadFocus = this.contains(document.activeElement);
    this.remove();
    this.#options.closed?.();
    if (focus && hadFocus && this.#back?.isConnected) this.#back.focus({ preventScroll: true });
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this, true);
    removeEventListener("keydown", this, true);
    removeEventListener("resize", this);
  }

  /** Draws the items anew, keeping place and filter: something changed meanwhile. */
  refresh() {
    const at = this.#active;
    this.#fill();
    this.#activate(Math.min(at, this.#buttons.length - 1));
  }

  handleEvent(event) {
    if (event.type === "resize") this.close();
    if (event.type === "pointerdown" && !this.contains(event.target)) this.close({ focus: false });
    if (event.type === "keydown" && this.contains(event.target)) this.#key(event);
  }

  get #buttons() {
    return [...this.#list.querySelectorAll(".dropdown-item")];
  }

  get #items() {
    const { items } = this.#options;
    return (typeof items === "function" ? items() : items).filter(Boolean);
  }

  #place() {
    if (matchMedia("(max-width: 767.98px)").matches) this.classList.add("action-sheet");
    else placeBeside(this, this.#options.at);
  }

  #build() {
    const { label, filter, heading } = this.#options;
    this.#list = element("div", { className: "action-list", id: "action-list" });
    if (filter) {
      this.#search = element("input", {
        className: "form-control action-filter",
        type: "text",
        placeholder: filter,
        maxLength: 80,
        attributes: {
          role: "combobox",
          "aria-label": filter,
          "aria-expanded": "true",
          "aria-controls": "action-list",
          "aria-autocomplete": "list",
          autocomplete: "off",
          dir: "auto",
        },
      });
      this.#search.addEventListener("input", () => {
        this.#fill();
        this.#activate(0);
      });
      this.setAttribute("role", "dialog");
      this.#list.setAttribute("role", "listbox");
      this.#list.setAttribute("aria-multiselectable", "true");
      this.#list.setAttribute("aria-label", label);
    } else this.#list.setAttribute("role", "menu");
    this.setAttribute("aria-label", label);
    if (!filter) this.#list.setAttribute("aria-label", label);
    this.replaceChildren(
      ...[
        heading && element("p", { className: "dropdown-header", textContent: heading, dir: "auto" }),
        this.#search,
        this.#list,
      ].filter(Boolean),
    );
    this.#fill();
  }

  #fill() {
    const wanted = this.#search?.value.trim().toLocaleLowerCase() ?? "";
    const items = this.#items.filter(
      (item) =>
        !wanted || item.heading || item.line || `${item.label} ${item.note ?? ""}`.toLocaleLowerCase().includes(wanted),
    );
    const exact = items.some((item) => item.label?.toLocaleLowerCase() === wanted);
    const created = wanted && !exact && this.#options.create?.(this.#search.value.trim());
    const few = items.slice(0, this.#options.most ?? items.length);
    const shown = [...few, created, !wanted && this.#options.foot].filter(Boolean);
    this.#list.replaceChildren(...shown.map((item, index) => this.#row(item, index)));
    if (!shown.length) {
      const textContent = (!wanted && this.#options.none) || gettext("Nothing found.");
      this.#list.append(element("p", { className: "dropdown-header", textContent }));
    }
  }

  #row(item, index) {
    if (item.line) return element("hr", { className: "dropdown-divider" });
    if (item.heading) return element("p", { className: "dropdown-header", textContent: item.heading, dir: "auto" });
    const searching = Boolean(this.#search);
    const row = element(searching ? "div" : "button", { className: "dropdown-item", id: `action-${index}` });
    if (!searching) row.type = "button";
    row.tabIndex = -1;
    row.classList.toggle("danger", Boolean(item.danger));
    const checkable = item.checked !== undefined;
    if (searching) row.setAttribute("role", "option");
    else row.setAttribute("role", checkable ? "menuitemradio" : "menuitem");
    if (checkable) row.setAttribute("aria-checked", String(item.checked));
    if (searching) row.setAttribute("aria-selected", String(Boolean(item.checked)));
    if (item.items) row.setAttribute("aria-haspopup", "menu");
    if (item.avatar) row.append(avatarOf(item.avatar, { size: 20, presence: true }));
    if (item.colour) row.append(element("span", { className: "label-dot", dataset: { colour: item.colour } }));
    if (item.icon) row.append(icon(item.icon));
    row.append(element("span", { className: "truncate", textContent: item.label, dir: "auto" }));
    if (item.note) row.append(element("span", { className: "meta", textContent: item.note, dir: "auto" }));
    if (item.keys) row.append(element("kbd", { textContent: item.keys }));
    row.addEventListener("click", () => this.#choose(item));
    row.addEventListener("pointermove", () => this.#activate(this.#buttons.indexOf(row), { scroll: false }));
    return row;
  }

  #choose(item) {
    if (item.items) {
      this.#options = { ...this.#options, items: item.items, heading: item.label, filter: null, create: null };
      this.#search = null;
      this.#build();
      this.#place();
      return this.#focusFirst();
    }
    if (item.stays) {
      item.act();
      return this.refresh();
    }
    this.close();
    item.act();
  }

  #focusFirst() {
    if (this.#search) {
      this.#search.focus({ preventScroll: true });
      this.#activate(0);
    } else {
      const checked = this.#buttons.findIndex((button) => button.getAttribute("aria-checked") === "true");
      this.#activate(Math.max(checked, 0));
    }
  }

  #activate(index, { scroll = true } = {}) {
    const buttons = this.#buttons;
    this.#active = index;
    buttons.forEach((button, place) => button.classList.toggle("active", place === index));
    const button = buttons[index];
    if (!button) return this.#search?.removeAttribute("aria-activedescendant");
    if (this.#search) {
      this.#search.setAttribute("aria-activedescendant", button.id);
      if (scroll) button.scrollIntoView({ block: "nearest" });
    } else if (document.activeElement !== button) button.focus({ preventScroll: !scroll });
  }

  #key(event) {
    const count = this.#buttons.length;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    event.stopPropagation(); // the board beneath has keys of its own
    if (event.key in steps && count) this.#activate((this.#active + steps[event.key] + count) % count);
    else if (event.key === "Home" && !this.#search) this.#activate(0);
    else if (event.key === "End" && !this.#search) this.#activate(count - 1);
    else if (event.key === "Enter" || (event.key === " " && !this.#search)) this.#buttons[this.#active]?.click();
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab") this.close();
    else if (!this.#search && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey)
      return this.#jump(event.key);
    else return;
    event.preventDefault();
  }

  /** To the next item that begins with the letter. */
  #jump(letter) {
    const buttons = this.#buttons;
    const order = [...buttons.slice(this.#active + 1), ...buttons.slice(0, this.#active + 1)];
    const found = order.find((button) =>
      button.textContent.trim().toLocaleLowerCase().startsWith(letter.toLocaleLowerCase()),
    );
    if (found) this.#activate(buttons.indexOf(found));
  }
}

customElements.define("action-menu", ActionMenu);
