/* What one can do with a task, as a menu: on its card by hover, right click, long press or key, and in its panel. */

import { copy } from "../helpers/clipboard.js";
import { may } from "../helpers/rights.js";
import { addressOf, router } from "../helpers/router.js";
import { gettext, interpolate } from "../helpers/words.js";
import { bulk } from "../models/bulk_changes.js";
import { store } from "../models/project_store.js";
import { selection } from "../models/selection.js";
import { changes } from "../models/task_changes.js";
import { openMenu } from "./action_menu.js";
import { dueItems } from "./due_items.js";
import { toast } from "./toast_stack.js";

export function openTaskMenu(id, at, { returnTo, inPanel = false } = {}) {
  const task = store.tasks.known(id);
  if (!task) return;
  const moving = may("move_tasks") && !task.archived_at;
  const deleting = may("delete_tasks");
  const items = [
    !inPanel && {
      label: gettext("Open"),
      icon: "layout-sidebar-inset-reverse",
      keys: "Enter",
      act: () => router.open({ task: task.number }),
    },
    moving && { label: gettext("Move to …"), icon: "arrow-left-right", keys: "M", items: () => moves(task) },
    moving && finish(task),
    may("edit_tasks") && {
      label: gettext("Due …"),
      icon: "calendar3",
      items: () => dueItems((due_at) => bulk.change([id], { due_at })),
    },
    !inPanel && {
      label: selection.has(id) ? gettext("Select no more") : gettext("Select"),
      icon: "check2-square",
      keys: "X",
      act: () => selection.toggle(id),
    },
    { label: gettext("Copy link"), icon: "link-45deg", act: () => copyLink(task) },
    moving && { label: gettext("Archive"), icon: "archive", keys: "E", act: () => changes.archive(id) },
    deleting && { line: true },
    deleting && { label: gettext("Delete"), icon: "trash", keys: "Del", danger: true, act: () => changes.delete(id) },
  ];
  return openMenu({ at, returnTo, label: interpolate(gettext("Actions for %(ref)s"), task), items });
}

export function openMoveMenu(id, at, { returnTo } = {}) {
  const task = store.tasks.get(id);
  if (!task || !may("move_tasks")) return;
  return openMenu({
    at,
    returnTo,
    label: interpolate(gettext("Move %(ref)s"), task),
    heading: interpolate(gettext("Move %(ref)s to …"), task),
    items: () => moves(task),
  });
}

export async function copyLink(task) {
  const url = new URL(addressOf({ project: store.project.id, task: task.number }), location.href).href;
  if (await copy(url)) toast({ text: interpolate(gettext("Link to %(ref)s copied."), task) });
  else
    toast({
      text: interpolate(gettext("The browser did not allow copying. The link is %(url)s"), { url }),
      kind: "danger",
    });
}

const finish = ({ id, completed_at }) =>
  completed_at
    ? {
        label: gettext("Reopen"),
        icon: "arrow-counterclockwise",
        keys: "D",
        act: () => changes.reopen(id),
      }
    : { label: gettext("Complete"), icon: "check-circle", keys: "D", act: () => changes.complete(id) };

function moves(task) {
  const { board } = changes;
  const to = (target) => () => changes.move(task.id, target);
  const within = {
    up: [gettext("Up"), "arrow-up"],
    down: [gettext("Down"), "arrow-down"],
    top: [gettext("To the top"), "arrow-bar-up"],
    bottom: [gettext("To the bottom"), "arrow-bar-down"],
  };
  const cards = board.cards(task.column);
  const useful = {
    up: cards[0]?.id !== task.id,
    top: cards[0]?.id !== task.id,
    down: cards.at(-1)?.id !== task.id,
    bottom: cards.at(-1)?.id !== task.id,
  };
  const here = Object.entries(within)
    .filter(([place]) => useful[place])
    .map(([place, [label, icon]]) => ({ label, icon, act: to({ place }) }));
  const others = board
    .columns()
    .filter((column) => column.id !== task.column)
    .flatMap((column) => {
      const bottom = {
        label: interpolate(gettext("%(column)s, at the bottom"), { column: column.name }),
        icon: "arrow-bar-down",
        act: to({ column: column.id }),
      };
      const top = {
        label: interpolate(gettext("%(column)s, at the top"), { column: column.name }),
        icon: "arrow-bar-up",
        act: to({ column: column.id, place: "top" }),
      };
      return board.cards(column.id).length ? [top, bottom] : [{ ...top, label: column.name, icon: "arrow-right" }];
    });
  return [...others, here.length && others.length && { line: true }, ...here].filter(Boolean);
}
