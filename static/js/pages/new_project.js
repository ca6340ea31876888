/* The key follows the name until somebody writes one of their own. */

import { suggestKey } from "../helpers/suggest_key.js";

const name = document.getElementById("id_name");
const key = document.getElementById("id_key");
let own = key.value !== "" && key.value !== suggestKey(name.value);

name.addEventListener("input", () => {
  if (!own) key.value = suggestKey(name.value);
});

key.addEventListener("input", () => {
  own = key.value !== ""; // emptied, it may be suggested again
});
