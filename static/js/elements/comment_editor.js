/* Editing a comment in its place: what <task-comments> shows instead of its words. */

import { api } from "../helpers/api.js";
import { fromTemplate, part } from "../helpers/dom.js";
import { grow } from "../helpers/writing.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

/** `people`: whom the text may name. `ended` is called when the words stand there again. */
export function editComment(comment, row, { people, ended }) {
  const form = fromTemplate("comment-editor");
  const body = part(form, "body");
  const end = () => {
    form.remove();
    part(row, "body").hidden = false;
    ended();
    part(row, "menu").focus();
  };
  const save = async () => {
    if (!body.value.trim() || body.value === comment.body) return end();
    try {
      store.comments.put(await api.patch(`comments/${comment.id}`, { body: body.value }));
      end();
    } catch (error) {
      toast({ text: error.words ?? error.message, kind: "danger" });
    }
  };
  body.value = comment.body;
  part(form, "mentions").serve(body, people);
  part(form, "cancel").addEventListener("click", end);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  part(row, "body").hidden = true;
  part(row, "body").after(form);
  grow(body);
  body.focus();
}
