/* Copies text; false where the browser forbids it (no secure context, no permission). */

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
