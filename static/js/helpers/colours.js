/* The colours of labels and columns, in words. Mirrors tasks/models/label.py. */

import { gettext } from "./words.js";

export const COLOURS = ["grey", "red", "orange", "amber", "green", "teal", "blue", "indigo", "purple", "pink"];

export const colourWord = (colour) =>
  ({
    grey: gettext("Grey"),
    red: gettext("Red"),
    orange: gettext("Orange"),
    amber: gettext("Amber"),
    green: gettext("Green"),
    teal: gettext("Teal"),
    blue: gettext("Blue"),
    indigo: gettext("Indigo"),
    purple: gettext("Purple"),
    pink: gettext("Pink"),
  })[colour] ?? colour;
