/* Requests to /api/v1/: JSON in, JSON out, one kind of error. Retries nothing by itself. */

import { gettext } from "./words.js";

const ROOT = "/api/v1/";
const PATIENCE = 20_000;

export class ApiError extends Error {
  /** status 0 with `offline` true: no answer at all, so nobody knows whether the request arrived. */
  constructor(status, body = {}, { retryAfter = null } = {}) {
    super(body.detail || wordsFor(status));
    this.name = "ApiError";
    this.status = status;
    this.detail = this.message;
    this.errors = body.errors ?? {};
    this.body = body;
    this.retryAfter = retryAfter;
    this.offline = status === 0;
  }

  /** What to tell a person: the first field's error, else the detail. */
  get words() {
    const [first] = Object.values(this.errors).flat();
    return first || this.detail;
  }
}

export const api = {
  get: (path) => request("GET", path),
  post: (path, body = {}) => request("POST", path, body),
  patch: (path, body) => request("PATCH", path, body),
  delete: (path, body) => request("DELETE", path, body),
};

const asked = new WeakMap(); // what an answer brought -> when it was asked for

/** When the request was sent that brought this row, as performance.now() says it; Infinity where none did. */
export const askedAt = (row) => asked.get(row) ?? Infinity;

const listeners = new Set();

/** Hears every success: the server answers (again). Answers with the function that stops it. */
export function onReached(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function request(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = performance.now();
  let response, text;
  try {
    response = await fetch(ROOT + path.replace(/^\//, ""), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
    });
    text = await response.text();
  } catch {
    throw new ApiError(0);
  }
  const data = parse(text);
  for (const part of [data, ...Object.values(data ?? {}).flat()]) if (isObject(part)) asked.set(part, sent);
  if (response.ok) {
    tellReached();
    return data;
  }
  throw new ApiError(response.status, isObject(data) ? data : {}, {
    retryAfter: Number(response.headers.get("Retry-After")) || null,
  });
}

/** Somebody heard the server: for requests that are made elsewhere. */
export function tellReached() {
  for (const listener of [...listeners]) {
    try {
      listener();
    } catch (error) {
      console.error(error); // the answer is not to be lost over it
    }
  }
}

function parse(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export function csrfToken() {
  const cookie = /(?:^|;\s*)(?:__(?:Host|Secure)-)?csrftoken=([^;]+)/.exec(document.cookie);
  return cookie ? decodeURIComponent(cookie[1]) : (document.querySelector('meta[name="csrf-token"]')?.content ?? "");
}

function wordsFor(status) {
  if (status === 0) return gettext("No connection. Nothing is lost: try again.");
  if (status === 401) return gettext("You are signed out. Sign in again in another tab, then try again.");
  if (status === 403) return gettext("You may not do this.");
  if (status === 404) return gettext("This is no longer here.");
  if (status === 413) return gettext("This is too large.");
  if (status === 429) return gettext("That was a little fast. Wait a moment, then try again.");
  return gettext("Something went wrong. Try again.");
}
