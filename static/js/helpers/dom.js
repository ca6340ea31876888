/* Small things every element needs. Text goes in by textContent; the server's sanitised HTML by setRendered alone. */

/** A copy of the one element inside `<template id=...>`. */
export function fromTemplate(id) {
  const template = document.getElementById(id);
  return document.importNode(template.content, true).firstElementChild;
}

/** `<svg>` of the icon sprite, hidden from screen readers: words stand beside it or in an aria-label. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${spriteUrl()}#${name}`);
  svg.append(use);
  return svg;
}

let sprite;

/** Where the sprite is served (hashed in production): the page names it once, on its root. */
function spriteUrl() {
  sprite ??= document.documentElement.dataset.icons ?? "";
  return sprite;
}

/** An element with properties and children; text children are text. */
export function element(name, { dataset = {}, attributes = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  Object.assign(made.dataset, dataset);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The one place where HTML is taken as HTML: what the server rendered from Markdown and sanitised. */
export function setRendered(target, html) {
  target.innerHTML = html; // sanitised by projects/markdown.py; the CSP stands behind it
  for (const link of target.querySelectorAll('a[href^="http"]')) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
}

/** The part of an element named `data-part="name"`. */
export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

/**
 * Makes `parent`'s children exactly `wanted`, in order, moving as few as it can: an element that already stands
 * right is not touched, so focus, selection and scroll stay.
 */
export function arrange(parent, wanted) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let place = parent.firstElementChild;
  for (const child of wanted) {
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  // What is taken from its place loses the focus, and with it the keys that moved it.
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/**
 * Runs `act` once per frame however often it is asked; at once enough for the eye, cheap in a burst of events. Its now()
 * runs what is asked at once: where a page is busy a key comes before the frame.
 */
export function oncePerFrame(act) {
  let asked = false;
  const run = () => {
    if (!asked) return;
    asked = false;
    act();
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    // A hidden tab has no frames, and must be right when one looks at it again.
    if (document.hidden) setTimeout(run);
    else requestAnimationFrame(run);
  };
  return Object.assign(ask, { now: run });
}

/** Makes a touch of `buttons` leave the focus where it is: a phone's keyboard stays, and nothing moves under the thumb. */
export function leaveFocus(buttons) {
  for (const button of buttons) button.addEventListener("mousedown", (event) => event.preventDefault());
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Whether a key press belongs to a field one writes in. */
export const isWriting = (target) =>
  target instanceof Element &&
  Boolean(target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]"));
