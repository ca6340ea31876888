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
    const here = form.contains(document.activeElement);
    form.remove();
    part(row, "body").hidden = false;
    ended();
    if (here) part(row, "menu").focus();
  };
  const save = async () => {
    const text = body.value;
    if (!text.trim() || text === comment.body) return end();
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    try {
      store.comments.put(await api.patch(`comments/${comment.id}`, { body: text }));
      if (form.isConnected && body.value === text) end(); // what one writes meanwhile stays
    } catch (error) {
      toast({ text: error.words ?? error.message, kind: "danger" });
    }
    form.removeAttribute("aria-busy");
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
