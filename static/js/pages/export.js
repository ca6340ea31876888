/* The page of what can be taken along: of it is left what one still may. */

import "../models/page.js";

import "../elements/connection_pill.js";
import "../elements/permitted_items.js";
