/* The word for whoever holds a task that somebody takes off the board. */

import { gettext, interpolate } from "../helpers/words.js";
import { toast } from "./toast_stack.js";

export const tellLost = (task) =>
  toast({ text: interpolate(gettext("%(ref)s is no longer on the board: somebody took it away meanwhile."), task), kind: "danger" });
