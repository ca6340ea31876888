/* The project page. The first import fills the store from the page and starts the stream; the rest are its elements. */

import "./models/page.js";

import "./elements/user_avatar.js";
import "./elements/toast_stack.js";
