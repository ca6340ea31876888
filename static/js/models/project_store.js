/* What this page knows of its project: rows by noun, people's presence, one's own readings. No DOM.
   State is a snapshot plus events; applying an event twice changes nothing. */

import { gettext } from "../helpers/words.js";
import { Collection } from "./collection.js";
import { Expiring } from "./expiring.js";
import { Readings, calls } from "./readings.js";

const NOUNS = {
  member: "members",
  column: "columns",
  label: "labels",
  task: "tasks",
  view: "views",
  comment: "comments",
  checklist_item: "checklist_items",
  activity: "activities", // read where it is shown: no event tells of it
  attachment: "attachments",
  channel: "channels",
  room: "rooms",
  message: "messages",
  follow: "follows",
};

// Of each noun the rows that are known and stand nowhere; the store tells "away" of them.
const AWAY_ROWS = { task: (task) => Boolean(task.archived_at) };

const TYPING_EXPIRES = 6_000; // the sender repeats every 4 s
const VIEWING_EXPIRES = 60_000; // the sender repeats with every heartbeat, 25 s

const AWAY = Object.freeze({ status: "offline", last_seen: null });

export class ProjectStore {
  sequence = 0;
  epoch = null;
  project = null;
  me = null;

  #listeners = new Map();
  #former = new Map();

  constructor({ clock = globalThis } = {}) {
    const changed = (change) => this.emit(change);
    for (const [noun, name] of Object.entries(NOUNS)) this[name] = new Collection(noun, changed, { isAway: AWAY_ROWS[noun] });
    this.presence = new Presence((user) =>
      this.emit({ noun: "presence", action: "updated", id: user, user, live: true }),
    );
    this.typing = new Expiring(
      (room, user) => this.emit({ noun: "typing", action: "updated", id: room, room, user, live: true }),
      {
        lifetime: TYPING_EXPIRES,
        clock,
      },
    );
    this.viewing = new Expiring(
      (task, user) => this.emit({ noun: "viewing", action: "updated", id: task, task, user, live: true }),
      {
        lifetime: VIEWING_EXPIRES,
        single: true,
        clock,
      },
    );
    this.readings = new Readings((room) =>
      this.emit({ noun: "reading", action: "updated", id: room, room, live: true }),
    );
  }

  /**
   * Hears changes of a noun ("task", "message", ..., "project", "me", "presence", "typing", "viewing", "reading",
   * "connection", "online", "reached", "log", "reset", or "*" for all). Answers with the function that stops it.
   * change: {noun, action: created|updated|deleted|reset, id, row, previous, by, live}; `live` marks what came from
   * the log, the rest are snapshots, answers to one's own requests and optimistic changes.
   */
  on(noun, listener) {
    if (!this.#listeners.has(noun)) this.#listeners.set(noun, new Set());
    this.#listeners.get(noun).add(listener);
    return () => this.#listeners.get(noun).delete(listener);
  }

  emit(change) {
    for (const noun of [change.noun, "*"]) {
      for (const listener of [...(this.#listeners.get(noun) ?? [])]) {
        try {
          listener(change);
        } catch (error) {
          // One broken element must not keep the others from hearing; the error still reaches the console.
          globalThis.reportError?.(error);
        }
      }
    }
  }

  /** A person by id, whatever became of them: never undefined, so that a name can always be drawn. */
  person(id) {
    id = Number(id);
    const known = this.members.get(id) ?? this.#former.get(id) ?? (this.me?.id === id ? this.me : null);
    if (known) return known;
    return {
      id,
      handle: "",
      name: gettext("Former member"),
      role: null,
      avatar: { initials: "–", hue: id % 12 },
      former: true,
    };
  }

  get archived() {
    return Boolean(this.project?.archived_at);
  }

  /** Takes one event of the log in; answers whether it was news. */
  apply(event) {
    if (event.sequence <= this.sequence) return false;
    this.sequence = event.sequence;
    const [noun, action] = String(event.name).split(".");
    const { by = null, data } = event;
    if (noun === "project") this.#applyToProject(action, event);
    else if (noun in NOUNS) this.#applyToRow(noun, action, data, by);
    this.emit({ noun: "log", action, name: event.name, by, live: true });
    return true;
  }

  /** Everything anew. Messages and comments are not part of a snapshot: whoever shows some reads them again. */
  replace(snapshot) {
    this.sequence = snapshot.sequence;
    this.epoch = snapshot.epoch ?? null;
    this.project = snapshot.project;
    this.me = snapshot.me;
    for (const name of Object.values(NOUNS)) this[name].replace(snapshot[name] ?? []);
    this.#former = new Map((snapshot.former ?? []).map((person) => [person.id, { ...person, former: true }]));
    this.presence.replace(snapshot.presence ?? []);
    this.readings.replace(snapshot.readings ?? []);
    for (const noun of ["project", "me", ...Object.keys(NOUNS), "presence", "reading", "reset"]) {
      this.emit({ noun, action: "reset", live: false });
    }
  }

  /** What the socket tells besides events: each frame's type has its line here. */
  hear(frame) {
    const heard = {
      presence: () => {
        this.presence.put(frame.user, { status: frame.status, last_seen: frame.last_seen ?? null });
        if (frame.status === "offline") this.#leave(frame.user);
      },
      people: () => frame.presence.forEach((person) => this.hear({ type: "presence", ...person })),
      me: () => this.#become({ invisible: frame.invisible, shares_typing: frame.shares_typing }),
      typing: () => frame.user !== this.me?.id && this.me?.shares_typing !== false && this.typing.add(frame.room, frame.user),
      viewing: () =>
        frame.user !== this.me?.id &&
        (frame.task === null ? this.viewing.leave(frame.user) : this.viewing.add(frame.task, frame.user)),
      read: () => this.#heardReading(frame),
    }[frame.type];
    heard?.();
  }

  #applyToProject(action, { data, by }) {
    const previous = this.project;
    if (action === "updated") this.project = { ...this.project, ...data };
    if (action === "deleted") this.project = { ...this.project, deleted: true };
    this.emit({ noun: "project", action, id: previous?.id, row: this.project, previous, by, live: true });
  }

  #applyToRow(noun, action, data, by) {
    const rows = this[NOUNS[noun]];
    if (action === "deleted") {
      if (noun === "member") this.#keepFormer(data.id);
      if (noun === "message") this.#forgetUnread(data.id);
      if (noun === "follow") this.#unfollowed(data.id);
      rows.delete(data.id, { by, live: true });
      if (noun === "channel") {
        for (const room of this.rooms.where((room) => room.channel === data.id)) this.#deleteRoom(room.id, by);
      }
      if (noun === "room") this.#deleteRoom(data.id, by);
    } else {
      // What keeps its place though it was deleted had an answer by then that whoever deleted it had not heard of.
      rows.put(data, { action, by, live: true, revive: action === "created" || Boolean(data.deleted_at) });
    }
    if (noun === "member" && action !== "deleted" && data.id === this.me?.id) this.#become(data);
    if (noun === "room" && !data.members?.includes(this.me?.id)) this.readings.forget(data.id);
    if (noun === "message" && action === "created") this.#countUnread(data);
    if (noun === "follow" && action === "created" && by !== this.me?.id) this.#countFirst(data, by);
    if (noun === "message" && action === "created") this.typing.remove(data.room, data.author);
  }

  /** The log says no word of the messages that go with it. */
  #deleteRoom(id, by) {
    this.rooms.delete(id, { by, live: true });
    for (const message of this.messages.where((message) => message.room === id)) this.messages.delete(message.id);
  }

  #become(member) {
    const previous = this.me;
    const known = Object.entries(member).filter(([, value]) => value !== undefined);
    this.me = { ...previous, ...Object.fromEntries(known) };
    if (this.me.shares_typing === false) this.typing.clear();
    this.emit({ noun: "me", action: "updated", id: this.me.id, row: this.me, previous, live: true });
  }

  #keepFormer(id) {
    const member = this.members.get(id);
    if (member) this.#former.set(member.id, { ...member, role: null, former: true });
    this.#leave(id);
    this.presence.put(id, AWAY);
  }

  #leave(user) {
    this.typing.leave(user);
    this.viewing.leave(user);
  }

  /** Whether I follow the thread that a message begins, or stands in. */
  isFollowed(thread) {
    return this.follows.where((follow) => follow.thread === thread).length > 0;
  }

  #heardReading(frame) {
    this.readings.take(frame);
    if (frame.back === null || frame.back === undefined) return;
    this.emit({ noun: "unread", action: "updated", id: frame.room, room: frame.room, thread: frame.back || null, live: true });
  }

  #countUnread(message) {
    const { room, thread = null } = message;
    const inRoom = this.rooms.get(room)?.members?.includes(this.me?.id) || this.readings.has(room);
    if (message.author === this.me?.id || !inRoom || (thread !== null && !this.isFollowed(thread))) return;
    this.readings.count(room, message.id, { thread, called: this.#callsMe(message) });
  }

  /** One follows a thread because of what somebody has just said in it. */
  #countFirst({ thread, room }, by) {
    const replies = this.messages.where((message) => message.thread === thread && message.author === by);
    const last = replies.reduce((newest, message) => (message.id > (newest?.id ?? 0) ? message : newest), null);
    if (last) this.readings.count(room, last.id, { thread, called: this.#callsMe(last) });
  }

  #forgetUnread(id) {
    const message = this.messages.get(id);
    if (!message || message.author === this.me?.id) return;
    this.readings.uncount(message.room, id, { thread: message.thread ?? null, called: this.#callsMe(message) });
  }

  #unfollowed(id) {
    const follow = this.follows.get(id);
    if (follow) this.readings.forgetThread(follow.room, follow.thread);
  }

  #callsMe({ html = "" }) {
    const here = ["active", "idle"].includes(this.presence.get(this.me?.id).status);
    return calls(html, { me: this.me?.id, here });
  }
}

/** Who is here: the last status heard of each person. */
class Presence {
  #people = new Map();
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  get(user) {
    return this.#people.get(Number(user)) ?? AWAY;
  }

  put(user, { status, last_seen }) {
    const known = this.get(user);
    this.#people.set(user, { status, last_seen: last_seen ?? known.last_seen });
    if (known.status !== status || known.last_seen !== last_seen) this.#changed(user);
  }

  replace(rows) {
    this.#people = new Map(rows.map(({ user, status, last_seen }) => [user, { status, last_seen }]));
  }
}

export const store = new ProjectStore();
