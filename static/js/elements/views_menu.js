/* Saved views as a menu: go to one, save what is shown now, rename, share, delete. */

import { api } from "../helpers/api.js";
import { may } from "../helpers/rights.js";
import { gettext, interpolate } from "../helpers/words.js";
import { boardView } from "../models/board_view.js";
import { ALL, fromView, toView } from "../models/filter.js";
import { store } from "../models/project_store.js";
import { openMenu } from "./action_menu.js";
import { askName } from "./name_dialog.js";
import { toast } from "./toast_stack.js";

const byName = (one, other) => one.name.localeCompare(other.name);
const mine = (view) => view.owner === store.me.id;
const changeable = (view) => may("save_views") && (mine(view) || may("manage_columns"));

export function openViews(at) {
  const menu = openMenu({ at, returnTo: at, label: gettext("Saved views"), items: () => items(at), closed: () => stop() });
  const stop = store.on("view", () => menu.isConnected && menu.refresh());
}

function items(at) {
  const current = store.views.all().find((view) => boardView.isOf(view));
  const [shared, own] = [true, false].map((kind) => store.views.where((view) => view.shared === kind).sort(byName));
  return [
    { label: gettext("All tasks"), icon: "kanban", checked: !boardView.query, act: () => boardView.open(ALL) },
    shared.length && { heading: gettext("Shared with everyone") },
    ...shared.map(viewItem),
    own.length && { heading: gettext("Only for you") },
    ...own.map(viewItem),
    may("save_views") && { line: true },
    may("save_views") &&
      !current &&
      boardView.query && { label: gettext("Save what is shown …"), icon: "bookmark-plus", act: () => save(at) },
    may("save_views") &&
      !boardView.query && { label: gettext("Filter or group first, then save it here"), icon: "bookmark-plus", act: () => {} },
    ...(current && changeable(current) ? changing(current, at) : []),
    ...overwriting(current),
  ].filter(Boolean);
}

const viewItem = (view) => ({
  label: view.name,
  icon: view.shared ? "people" : "bookmark",
  note: view.shared && !mine(view) ? store.person(view.owner).name : undefined,
  checked: boardView.isOf(view),
  act: () => boardView.open(fromView(view.query)),
});

const changing = (view, at) => [
  { heading: view.name },
  { label: gettext("Rename …"), icon: "pencil", act: () => rename(view, at) },
  view.shared
    ? { label: gettext("Keep it to its maker"), icon: "lock", act: () => change(view, { shared: false }) }
    : may("share_views") && { label: gettext("Share with everyone"), icon: "people", act: () => change(view, { shared: true }) },
  { label: gettext("Delete"), icon: "trash", danger: true, act: () => remove(view) },
];

/** What is shown now in the place of what one of one's own views shows. */
function overwriting(current) {
  const own = store.views.where(mine).sort(byName);
  if (current || !boardView.query || !own.length) return [];
  const into = (view) => ({
    label: view.name,
    icon: "bookmark",
    act: () => change(view, { query: toView(boardView.filter) }, gettext("%(name)s now shows this.")),
  });
  return [{ label: gettext("Save in place of …"), icon: "arrow-repeat", items: () => own.map(into) }];
}

function save(at) {
  askName({
    title: gettext("Save this view"),
    label: gettext("Name of the view"),
    submit: gettext("Save"),
    returnTo: at,
    option: may("share_views") ? gettext("Share it with everyone in the project") : null,
    act: async (name, shared) => {
      const body = { name, shared, query: toView(boardView.filter) };
      store.views.put(await api.post(`projects/${store.project.id}/views`, body));
    },
  });
}

function rename(view, at) {
  askName({
    title: gettext("Rename the view"),
    label: gettext("Name of the view"),
    value: view.name,
    submit: gettext("Rename"),
    returnTo: at,
    act: async (name) => store.views.put(await api.patch(`views/${view.id}`, { name })),
  });
}

async function change(view, values, words = null) {
  const takeOff = store.views.overlay(view.id, values);
  try {
    store.views.put(await api.patch(`views/${view.id}`, values), { revive: true });
    if (words) toast({ text: interpolate(words, view) });
  } catch (error) {
    toast({ text: error.words ?? error.message, kind: "danger" });
  } finally {
    takeOff();
  }
}

function remove(view) {
  const { name, query, shared } = view;
  const back = async () =>
    store.views.put(await api.post(`projects/${store.project.id}/views`, { name, query, shared: shared && mine(view) }));
  toast({ text: interpolate(gettext("The view %(name)s is deleted."), view), done: takeAway(view), undo: back });
}

/** Whether it was taken away. */
async function takeAway({ id }) {
  const takeOff = store.views.overlay(id, { hidden: true });
  try {
    await api.delete(`views/${id}`);
    store.views.delete(id);
    return true;
  } catch (error) {
    toast({ text: error.words ?? error.message, kind: "danger" });
    return false;
  } finally {
    takeOff();
  }
}
