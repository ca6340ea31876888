/* <task-comments>: what people say about the open task and what became of it, in one time line, oldest first, earlier
   pages on demand; one's own comments stand there at once and are edited and deleted in place. */

import { api } from "../helpers/api.js";
import { arrange, fromTemplate, oncePerFrame, part, setRendered } from "../helpers/dom.js";
import { drafts } from "../helpers/drafts.js";
import { fullMoment, relativeTime } from "../helpers/format.js";
import { nameReferences } from "../helpers/references.js";
import { may } from "../helpers/rights.js";
import { gettext } from "../helpers/words.js";
import { grow } from "../helpers/writing.js";
import { commentOutbox } from "../models/outbox.js";
import { store } from "../models/project_store.js";
import { openMenu } from "./action_menu.js";
import { ActivityLines } from "./activity_lines.js";
import { editComment } from "./comment_editor.js";
import "./mention_picker.js";
import { toast } from "./toast_stack.js";

export class TaskComments extends HTMLElement {
  #task = null;
  #earlier = { comments: null, activity: null }; // where the next earlier page of each begins; null: nothing earlier
  #loaded = false;
  #reading = null; // what is new of the activity, on its way
  #again = false;
  #rows = new Map();
  #activity = new ActivityLines(() => this.#drawNow());
  #stop = [];
  #draw = oncePerFrame(() => this.#drawNow());

  connectedCallback() {
    this.#stop = [
      store.on(
        "comment",
        ({ action, row, previous }) => action !== "reset" && (row ?? previous)?.task === this.#task && this.#draw(),
      ),
      store.on("task", ({ action, id, live }) => live && action !== "deleted" && id === this.#task && this.#readOn()),
      store.on("outbox", ({ of }) => of === "comment" && this.#draw()),
      store.on("reset", () => this.#task && this.#load()),
      ...["member", "me", "project"].map((noun) => store.on(noun, () => this.#draw())),
    ];
    if (this.dataset.ready) return;
    this.dataset.ready = "yes";
    this.#listen();
  }

  disconnectedCallback() {
    for (const stop of this.#stop) stop();
  }

  /** Id of the task; null closes. */
  set task(id) {
    if (id === this.#task) return;
    this.#task = id;
    this.#rows.clear();
    this.#activity.clear();
    part(this, "list").replaceChildren();
    this.#loaded = false;
    this.#earlier = { comments: null, activity: null };
    const body = part(this, "new-body");
    part(this, "new-mentions").close();
    body.value = id ? (drafts.get(this.#key) ?? "") : "";
    fit(body);
    if (id) this.#load();
    this.#drawNow();
  }

  get #key() {
    return `task:${this.#task}:comment`;
  }

  async #load(kinds = ["comments", "activity"], earlier = {}) {
    const task = this.#task;
    try {
      await Promise.all(
        kinds.map(async (kind) => {
          const before = earlier[kind] ? `&before=${earlier[kind]}` : "";
          const page = await api.get(`tasks/${task}/${kind}?limit=50${before}`);
          if (task !== this.#task) return;
          for (const row of page.items) ROWS[kind]().put(row);
          this.#earlier[kind] = page.next;
        }),
      );
      if (task === this.#task) this.#loaded = true;
    } catch (error) {
      if (task === this.#task) toast({ text: error.words ?? error.message, kind: "danger" });
    }
    this.#drawNow();
  }

  /** No event carries activity: the task's own tells that there may be more of it. One question at a time. */
  async #readOn() {
    const task = this.#task;
    if (this.#reading === task) return void (this.#again = true);
    this.#reading = task;
    do {
      this.#again = false;
      const last = Math.max(0, ...store.activities.where((row) => row.task === task).map(({ id }) => id));
      try {
        const { items } = await api.get(`tasks/${task}/activity?after=${last}`);
        for (const row of items) store.activities.put(row);
      } catch {
        break; // the next event asks again, and so does a reload
      }
    } while (this.#again && task === this.#task);
    if (this.#reading === task) this.#reading = null;
    this.#draw();
  }

  #listen() {
    const [form, body] = [part(this, "form"), part(this, "new-body")];
    part(this, "new-mentions").serve(body, everybody);
    part(this, "older").addEventListener("click", () => {
      const kinds = Object.keys(this.#earlier).filter((kind) => this.#earlier[kind]);
      this.#load(kinds, { ...this.#earlier });
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    body.addEventListener("input", () => {
      fit(body);
      if (body.value) drafts.set(this.#key, body.value);
      else drafts.delete(this.#key);
    });
    body.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) this.#send();
      else if (event.key === "Escape") this.closest("task-panel")?.focus({ preventScroll: true });
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #send() {
    const body = part(this, "new-body");
    if (!body.value.trim()) return body.focus();
    commentOutbox().add({ task: this.#task, body: body.value });
    body.value = "";
    drafts.delete(this.#key);
    fit(body);
    body.focus();
  }

  #drawNow() {
    if (!this.#task) return;
    const known = this.#known();
    const waiting = commentOutbox().on(this.#task);
    arrange(part(this, "list"), [
      ...this.#lines(known),
      ...waiting.map((item) => this.#pending(item)),
    ]);
    part(this, "older").hidden = !Object.values(this.#earlier).some(Boolean);
    part(this, "none").hidden = !this.#loaded || known.length + waiting.length > 0;
    part(this, "form").hidden = !may("comment");
  }

  /** Both kinds by time; nothing from before where one of them has more to be read. */
  #known() {
    const mine = Object.entries(ROWS).map(([kind, rows]) => [
      kind,
      rows()
        .where((row) => row.task === this.#task)
        .sort((one, other) => one.id - other.id),
    ]);
    const begun = mine.filter(([kind, rows]) => this.#earlier[kind] && rows.length).map(([, [first]]) => at(first));
    const since = Math.max(0, ...begun);
    return mine
      .flatMap(([kind, rows]) => rows.filter((row) => at(row) >= since).map((row) => [kind, row]))
      .sort(([, one], [, other]) => at(one) - at(other));
  }

  #lines(known) {
    const lines = [];
    for (let begin = 0, end; begin < known.length; begin = end) {
      const kind = known[begin][0];
      end = begin + 1;
      while (end < known.length && known[end][0] === kind) end++;
      const rows = known.slice(begin, end).map(([, row]) => row);
      lines.push(...(kind === "comments" ? rows.map((row) => this.#row(row.id, row)) : this.#activity.of(rows)));
    }
    return lines;
  }

  #element(key, author) {
    if (!this.#rows.has(key)) {
      const row = fromTemplate("task-comment");
      part(row, "avatar").setAttribute("user", author);
      this.#rows.set(key, row);
    }
    const row = this.#rows.get(key);
    part(row, "author").textContent = store.person(author).name;
    return row;
  }

  #row(key, comment) {
    const fresh = !this.#rows.has(key);
    const row = this.#element(key, comment.author);
    if (fresh) part(row, "menu").addEventListener("click", () => this.#menu(comment.id, row));
    const time = part(row, "time");
    Object.assign(time, {
      dateTime: comment.created_at,
      textContent: relativeTime(comment.created_at),
      title: fullMoment(comment.created_at),
    });
    part(row, "edited").hidden = !comment.edited_at;
    if (row.dataset.html !== comment.html && !row.querySelector("form")) {
      row.dataset.html = comment.html;
      setRendered(part(row, "body"), comment.html);
      nameReferences(part(row, "body"));
    }
    part(row, "menu").hidden = !this.#items(comment, row).length;
    return row;
  }

  #pending(item) {
    const fresh = !this.#rows.has(item.client_id);
    const row = this.#element(item.client_id, store.me.id);
    row.dataset.state = item.state;
    part(row, "menu").hidden = true;
    part(row, "body").textContent = item.body;
    part(row, "time").textContent = item.state === "waiting" ? gettext("waiting for the connection") : "";
    part(row, "failed").hidden = item.state !== "failed";
    part(row, "words").textContent = item.words;
    if (fresh) {
      part(row, "retry").addEventListener("click", () => commentOutbox().retry(item.client_id));
      part(row, "discard").addEventListener("click", () => commentOutbox().discard(item.client_id));
    }
    return row;
  }

  #items(comment, row) {
    const mine = comment.author === store.me.id && may("comment");
    const removing = {
      label: gettext("Delete for good"),
      icon: "trash",
      danger: true,
      act: () => this.#remove(comment),
    };
    return [
      mine && { label: gettext("Edit"), icon: "pencil", act: () => this.#edit(comment, row) },
      (mine || may("delete_messages")) && {
        label: gettext("Delete …"),
        icon: "trash",
        danger: true,
        items: () => [removing],
      },
    ].filter(Boolean);
  }

  #menu(id, row) {
    const comment = store.comments.get(id);
    if (comment)
      openMenu({ at: part(row, "menu"), label: gettext("Actions for the comment"), items: this.#items(comment, row) });
  }

  #edit(comment, row) {
    const ended = () => {
      delete row.dataset.html;
      this.#drawNow();
    };
    editComment(comment, row, { people: everybody, ended });
  }

  async #remove(comment) {
    try {
      await api.delete(`comments/${comment.id}`);
      store.comments.delete(comment.id);
    } catch (error) {
      toast({ text: error.words ?? error.message, kind: "danger" });
    }
  }
}

const ROWS = { comments: () => store.comments, activity: () => store.activities };
const at = ({ created_at }) => Date.parse(created_at);

/** A task is seen by the whole project: nobody whom a comment names would miss it. */
const everybody = () => store.members.all().map(({ id }) => id);

function fit(field) {
  if (field.value && field.offsetParent) grow(field);
  else field.style.height = "auto";
}

customElements.define("task-comments", TaskComments);
