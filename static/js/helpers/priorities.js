/* Priorities in words, the highest first. */

import { gettext } from "./words.js";

export const PRIORITIES = ["urgent", "high", "medium", "low", "none"];

export const priorityWord = (priority) =>
  ({ low: gettext("Low"), medium: gettext("Medium"), high: gettext("High"), urgent: gettext("Urgent") })[priority] ??
  gettext("None");
