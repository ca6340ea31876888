/* The project page. The first import fills the store from the page and starts the stream; the rest are its elements. */

import "./models/page.js";

import "./elements/user_avatar.js";
import "./elements/toast_stack.js";
import "./elements/live_announcer.js";
import "./elements/connection_pill.js";
import "./elements/shortcut_list.js";

import "./elements/project_rail.js";
import "./elements/people_list.js";
import "./elements/invisible_switch.js";
import "./elements/page_tabs.js";
import "./elements/permitted_items.js";

import "./elements/name_dialog.js";
import "./elements/board_toolbar.js";

import "./elements/task_card.js";
import "./elements/task_column.js";
import "./elements/task_board.js";
import "./elements/quick_add.js";
import "./elements/task_list.js";
import "./elements/task_lanes.js";
import "./elements/task_calendar.js";
import "./elements/column_limit.js";
import "./elements/task_archive.js";
import "./elements/selection_bar.js";
import "./elements/task_text.js";
import "./elements/task_fields.js";
import "./elements/task_dependencies.js";
import "./elements/task_checklist.js";
import "./elements/task_attachments.js";
import "./elements/card_drops.js";
import "./elements/task_comments.js";
import "./elements/task_panel.js";

import "./elements/chat_room.js";

import "./elements/page_panes.js";
