/* What a role may do here. Mirrors projects/access.py, only to hide what would be refused: the server decides. */

import { store as pageStore } from "../models/project_store.js";

const RANKS = ["guest", "member", "admin", "owner"];

const NEEDS = {
  see: "guest",
  chat: "guest",
  comment: "guest",
  save_views: "guest",
  share_views: "member",
  create_rooms: "member",
  create_tasks: "member",
  edit_tasks: "member",
  move_tasks: "member",
  delete_tasks: "member",
  manage_columns: "admin",
  manage_labels: "admin",
  manage_channels: "admin",
  manage_invitations: "admin",
  manage_members: "admin",
  change_project: "admin",
  delete_messages: "admin",
  export: "admin",
  delete_project: "owner",
};

const WHILE_ARCHIVED = new Set(["see", "change_project", "delete_project", "manage_members"]);

export function roleMay(role, capability, { archived = false } = {}) {
  if (archived && !WHILE_ARCHIVED.has(capability)) return false;
  return RANKS.indexOf(role) >= RANKS.indexOf(NEEDS[capability] ?? "nobody") && capability in NEEDS;
}

/** May I, in this project, now? */
export const may = (capability, store = pageStore) => roleMay(store.me?.role, capability, { archived: store.archived });
