/* What a role may do here. Mirrors projects/rights.py, only to hide what would be refused: the server decides. */

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
  see_audit: "admin",
  change_rights: "owner",
  transfer_ownership: "owner",
  delete_project: "owner",
};

const WHILE_ARCHIVED = new Set([
  "see",
  "change_project",
  "delete_project",
  "manage_members",
  "see_audit",
  "export",
  "transfer_ownership",
]);

/** `rights`: what the project keeps of changes by its owner, {member: {create_tasks: false}}. */
export function roleMay(role, capability, { archived = false, rights = {} } = {}) {
  if (!(capability in NEEDS) || !RANKS.includes(role)) return false;
  if (archived && !WHILE_ARCHIVED.has(capability)) return false;
  return rights[role]?.[capability] ?? RANKS.indexOf(role) >= RANKS.indexOf(NEEDS[capability]);
}

/** May I, in this project, now? */
export const may = (capability, store = pageStore) =>
  roleMay(store.me?.role, capability, { archived: store.archived, rights: store.project?.rights });
