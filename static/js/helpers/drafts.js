/* What one has written and not yet sent, kept over a reload: by person, so that a shared machine mixes nothing up. */

import { store } from "../models/project_store.js";

const PREFIX = "taskroom:draft";
const KEPT = 30 * 24 * 3600_000;

const nameOf = (key) => `${PREFIX}:${store.me?.id ?? 0}:${store.project?.id ?? 0}:${key}`;

export const drafts = {
  /** The draft of `key` ("task:12:description", "room:3"), or null. Any JSON value. */
  get(key) {
    try {
      const kept = JSON.parse(localStorage.getItem(nameOf(key)));
      return kept && Date.now() - kept.at < KEPT ? kept.value : null;
    } catch {
      return null;
    }
  },

  set(key, value) {
    try {
      localStorage.setItem(nameOf(key), JSON.stringify({ at: Date.now(), value }));
    } catch {
      // A full or forbidden storage loses drafts over a reload, nothing else.
    }
  },

  delete(key) {
    try {
      localStorage.removeItem(nameOf(key));
    } catch {
      // as above
    }
  },
};
