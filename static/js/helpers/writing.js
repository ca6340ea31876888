/* Fields one writes Markdown in: they grow with the text, and a few keys mark what is selected. */

const MARKS = { b: "**", i: "_", e: "`" };

/** As high as its text; CSS sets the limit. */
export function grow(field) {
  const before = field.style.height;
  field.style.height = "auto";
  const wanted = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  field.style.height = wanted;
  return wanted !== before;
}

/** Replaces the selection as typing would, so that the browser's own undo knows of it. */
export function insert(field, text) {
  field.focus();
  if (document.execCommand?.("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** Text, selection and mark -> what replaces the selection, and where the selection then lies in it. */
export function marked(selected, mark) {
  const wrapped = selected.length >= 2 * mark.length && selected.startsWith(mark) && selected.endsWith(mark);
  if (wrapped) return { text: selected.slice(mark.length, -mark.length), from: 0, to: selected.length - 2 * mark.length };
  return { text: `${mark}${selected}${mark}`, from: mark.length, to: mark.length + selected.length };
}

/** A link out of the selection: an address becomes the target, words become the text. */
export function linked(selected) {
  if (/^https?:\/\/\S+$/.test(selected)) return { text: `[](${selected})`, from: 1, to: 1 };
  const text = `[${selected}](https://)`;
  return { text, from: text.length - 1, to: text.length - 1 };
}

/** Ctrl/Cmd+B, I, E and Ctrl/Cmd+Shift+U. Answers whether the key was one of them. */
export function markByKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  const mark = event.shiftKey ? null : MARKS[key];
  const link = event.shiftKey && key === "u";
  if (!mark && !link) return false;
  event.preventDefault();
  const field = event.target;
  const { selectionStart: start, selectionEnd: end, value } = field;
  const { text, from, to } = link ? linked(value.slice(start, end)) : marked(value.slice(start, end), mark);
  insert(field, text);
  field.setSelectionRange(start + from, start + to);
  return true;
}

/** Characters as the server counts them: code points. */
export const lengthOf = (text) => (text.length < 10_000 ? text.length : [...text].length);

export const LONGEST = 20_000;
