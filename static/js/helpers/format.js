/* Moments in words, by Intl, in the person's own zone and language. */

import { store } from "../models/project_store.js";
import { gettext, interpolate, language } from "./words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON = DAY;

let formats = new Map();

function format(kind, options) {
  const zone = zoneOfReader();
  const key = `${language()} ${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key))
    formats.set(key, new kind(language(), kind === Intl.DateTimeFormat ? { ...options, timeZone: zone } : options));
  return formats.get(key);
}

const date = (options) => format(Intl.DateTimeFormat, options);

/** The reader's zone: from their profile, else the browser's. A name this browser does not know is not used. */
export function zoneOfReader() {
  const zone = store.me?.time_zone;
  if (zone && knownZone(zone)) return zone;
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const zones = new Map();

function knownZone(zone) {
  if (!zones.has(zone)) {
    try {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      zones.set(zone, true);
    } catch {
      zones.set(zone, false);
    }
  }
  return zones.get(zone);
}

/** "14:30", or "2:30 PM" where one writes so. */
export const clock = (iso) => date({ hour: "numeric", minute: "2-digit" }).format(new Date(iso));

/** "Sunday, 22 November 2026, 14:30": for titles. */
export const fullMoment = (iso) => date({ dateStyle: "full", timeStyle: "short" }).format(new Date(iso));

/** Days from today: 0 today, 1 tomorrow, -1 yesterday, as the calendar in the reader's zone counts. */
export function daysFromToday(iso, now = Date.now()) {
  return Math.round((dayNumber(new Date(iso)) - dayNumber(new Date(now))) / DAY);
}

function dayNumber(moment) {
  const { year, month, day } = zoneParts(moment, zoneOfReader());
  return Date.UTC(year, month - 1, day);
}

/** "2026-11-22" in the reader's zone: a key to group by day. */
export const dayKey = (iso) => new Date(dayNumber(new Date(iso))).toISOString().slice(0, 10);

/** "Today", "Yesterday", "Tuesday", "22 November", "22 November 2025". */
export function dayName(iso, now = Date.now()) {
  const days = daysFromToday(iso, now);
  if (days === 0) return gettext("Today");
  if (days === -1) return gettext("Yesterday");
  if (days === 1) return gettext("Tomorrow");
  const moment = new Date(iso);
  if (Math.abs(days) < 7) return date({ weekday: "long" }).format(moment);
  return date({ day: "numeric", month: "long", ...yearIfOther(moment, now) }).format(moment);
}

function yearIfOther(moment, now) {
  const zone = zoneOfReader();
  return zoneParts(moment, zone).year === zoneParts(new Date(now), zone).year ? {} : { year: "numeric" };
}

/** "now", "5 minutes ago", "yesterday", "3 days ago", "12 Nov". */
export function relativeTime(iso, now = Date.now()) {
  const passed = new Date(iso).getTime() - now;
  const words = format(Intl.RelativeTimeFormat, { numeric: "auto", style: "short" });
  const size = Math.abs(passed);
  if (size < MINUTE) return gettext("just now");
  if (size < HOUR) return words.format(Math.trunc(passed / MINUTE), "minute");
  if (size < 12 * HOUR || daysFromToday(iso, now) === 0) return words.format(Math.trunc(passed / HOUR), "hour");
  if (size < 7 * DAY) return words.format(daysFromToday(iso, now), "day");
  const moment = new Date(iso);
  return date({ day: "numeric", month: "short", ...yearIfOther(moment, now) }).format(moment);
}

/** A deadline on a card: "14:30" today, "Tomorrow", "Fri", "12 Dec"; passed ones say how long ago. */
export function dueText(iso, now = Date.now()) {
  const moment = new Date(iso);
  const days = daysFromToday(iso, now);
  if (moment.getTime() < now) return relativeTime(iso, now);
  if (days === 0) return interpolate(gettext("Today %(time)s"), { time: clock(iso) });
  if (days === 1) return gettext("Tomorrow");
  if (days < 7) return date({ weekday: "short" }).format(moment);
  return date({ day: "numeric", month: "short", ...yearIfOther(moment, now) }).format(moment);
}

/** "over", "soon" (within a day) or "later". */
export function dueState(iso, now = Date.now()) {
  const left = new Date(iso).getTime() - now;
  if (left < 0) return "over";
  return left < SOON ? "soon" : "later";
}

export const count = (number) => format(Intl.NumberFormat, {}).format(number);

/** A moment as `datetime-local` writes it, in the reader's zone. */
export function toLocalInput(iso, zone = zoneOfReader()) {
  if (!iso) return "";
  const { year, month, day, hour, minute } = zoneParts(new Date(iso), zone);
  const two = (number) => String(number).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** What stands in a `datetime-local`, read in the reader's zone, as ISO 8601 with zone; null when empty. */
export function fromLocalInput(text, zone = zoneOfReader()) {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map(Number);
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  // The offset depends on the moment sought; a second look settles the hours around a change of clocks.
  let moment = wanted - offset(new Date(wanted), zone);
  moment = wanted - offset(new Date(moment), zone);
  return new Date(moment).toISOString();
}

function offset(moment, zone) {
  const { year, month, day, hour, minute, second } = zoneParts(moment, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment.getTime() / 1000) * 1000;
}

/** Six in the evening, so many days from now, in the reader's zone. */
export function eveningIn(days, now = Date.now()) {
  const today = toLocalInput(new Date(now).toISOString()).slice(0, 10);
  const day = new Date(Date.parse(`${today}T00:00Z`) + days * DAY).toISOString().slice(0, 10);
  return fromLocalInput(`${day}T18:00`);
}

const partFormats = new Map();

function zoneParts(moment, zone) {
  if (!partFormats.has(zone)) {
    partFormats.set(
      zone,
      new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      }),
    );
  }
  const parts = partFormats.get(zone).formatToParts(moment);
  return Object.fromEntries(
    parts.filter(({ type }) => type !== "literal").map(({ type, value }) => [type, Number(value)]),
  );
}
