/* A key for a project from its name, as projects/models/project.py suggests it; "" while there is nothing to go by. */

export function suggestKey(name) {
  const plain = name.normalize("NFKD").replace(/[^\x00-\x7f]/g, "").toUpperCase();
  const words = plain.match(/[A-Z0-9]+/g) ?? [];
  const letters = words.length > 1 ? words.map((word) => word[0]).join("") : words.join("").slice(0, 3);
  const key = letters.replace(/^[0-9]+/, "").slice(0, 5);
  if (key.length > 1) return key;
  return name.trim() ? "PRJ" : "";
}
