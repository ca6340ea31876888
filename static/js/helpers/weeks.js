/* Weeks and months as the reader's calendar has them, on days written "2026-11-22". Pure. */

import { language } from "./words.js";

const DAY = 86_400_000;

/** Where a week begins: 0 Sunday, 1 Monday, 6 Saturday. */
export function firstWeekday(locale = language()) {
  try {
    const known = new Intl.Locale(locale);
    const info = known.getWeekInfo?.() ?? known.weekInfo;
    return (info?.firstDay ?? 1) % 7;
  } catch {
    return 1;
  }
}

const at = (day) => Date.parse(`${day}T00:00Z`);
const written = (moment) => new Date(moment).toISOString().slice(0, 10);

export const plusDays = (day, count) => written(at(day) + count * DAY);

export const weekdayOf = (day) => new Date(at(day)).getUTCDay();

/** The first day of the week of a day. */
export const weekStart = (day, first = firstWeekday()) => plusDays(day, -((weekdayOf(day) - first + 7) % 7));

export const monthStart = (day) => `${day.slice(0, 8)}01`;

/** The first day of the month that is `count` months later. */
export function plusMonths(day, count) {
  const moment = new Date(at(monthStart(day)));
  moment.setUTCMonth(moment.getUTCMonth() + count);
  return written(moment.getTime());
}

/** All days of the weeks that a month touches, week by week. */
export function monthDays(day, first = firstWeekday()) {
  const days = [];
  const next = plusMonths(day, 1);
  for (let each = weekStart(monthStart(day), first); each < next || days.length % 7; each = plusDays(each, 1))
    days.push(each);
  return days;
}

export const weekDays = (day, first = firstWeekday()) =>
  Array.from({ length: 7 }, (_, index) => plusDays(weekStart(day, first), index));
