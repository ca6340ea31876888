/* gettext as Django's JavaScript catalogue defines it, and the plain words where there is no catalogue (tests). */

export const gettext = (text) => (globalThis.gettext ? globalThis.gettext(text) : text);

export const ngettext = (one, many, count) =>
  globalThis.ngettext ? globalThis.ngettext(one, many, count) : count === 1 ? one : many;

/** Fills `%(name)s` from an object. Our own, so that a missing name shows as itself and nothing throws. */
export const interpolate = (text, values) =>
  text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** The language the page was drawn in, as the reader's browser has it: "en" in a British one is "en-GB". */
export const language = () => {
  const drawn = globalThis.document?.documentElement.lang || "en";
  const known = globalThis.document ? (globalThis.navigator?.languages ?? []) : [];
  return known.find((each) => each === drawn || each.startsWith(`${drawn}-`)) ?? drawn;
};
