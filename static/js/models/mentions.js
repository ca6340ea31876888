/* Who may be meant by "@an": people of the project, those of the room and those who are here first. No DOM. */

const MOST = 8;
const BEFORE_CARET = /(?:^|[\s([{"'>])@([a-z0-9_.-]{0,30})$/i;
const RANKS = { active: 0, idle: 1, inactive: 2 };

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** {query, from}: what is written after an "@" right before the caret, and where the "@" stands; null without one. */
export function mentionAt(text, caret) {
  const found = BEFORE_CARET.exec(text.slice(0, caret));
  return found && { query: found[1], from: caret - found[1].length - 1 };
}

/** "channel" and "here", as far as the query may mean them. */
export const groupsFor = (query) => ["channel", "here"].filter((name) => query && name.startsWith(query.toLowerCase()));

/** Up to eight members whose handle, or a word of whose name, begins with the query. */
export function peopleFor(query, { members, inRoom, statusOf, me }) {
  const wanted = plain(query);
  const room = new Set(inRoom);
  const matches = ({ handle, name }) => handle.startsWith(wanted) || plain(name).split(/\s+/).some((word) => word.startsWith(wanted));
  const rank = (person) => (room.has(person.id) ? 0 : 10) + (RANKS[statusOf(person.id)] ?? 3);
  return members
    .filter((person) => person.id !== me && matches(person))
    .sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name))
    .slice(0, MOST);
}
