/* What one can do with a channel: items for <action-menu>, and the requests behind them. */

import { api } from "../helpers/api.js";
import { allows, byPlace, hasPeople, isDirect, mayManage, nameOfChannel } from "../helpers/channels.js";
import { gettext, interpolate } from "../helpers/words.js";
import { between } from "../models/board.js";
import { store } from "../models/project_store.js";
import { toast } from "./toast_stack.js";

const say = (error) => toast({ text: error.words ?? error.message, kind: "danger" });

async function ask(channel, verb, body) {
  try {
    store.channels.put(await api.post(`channels/${channel.id}/${verb}`, body));
    return true;
  } catch (error) {
    say(error);
    return false;
  }
}

function archive(channel) {
  const takeOff = store.channels.overlay(channel.id, { archived_at: new Date().toISOString() });
  const done = ask(channel, "archive").finally(takeOff);
  const text = interpolate(gettext("%(name)s was archived."), { name: channel.name });
  toast({ text, key: `channel-${channel.id}`, done, undo: () => ask(channel, "restore") });
}

async function leave(channel) {
  try {
    await api.delete(`channels/${channel.id}/members/${store.me.id}`);
  } catch (error) {
    say(error);
  }
}

/** One step up (-1) or down (1) among the channels that one sees. */
export function moveChannel(channel, step) {
  const standing = store.channels.where((each) => !isDirect(each) && !each.archived_at).sort(byPlace);
  const neighbour = standing[standing.findIndex(({ id }) => id === channel.id) + step];
  return neighbour ? ask(channel, "move", { [step < 0 ? "before" : "after"]: neighbour.id }) : false;
}

/** Between two others, by their ids. Seen at once; refused, it stands where it stood, and says why. */
export async function placeChannel(id, { after, before }) {
  const [above, below] = [after, before].map((other) => store.channels.get(other));
  const channel = store.channels.get(id);
  if (!channel || (!above && !below)) return;
  const takeOff = store.channels.overlay(id, { position: between(above?.position, below?.position) });
  await ask(channel, "move", above ? { after } : { before });
  takeOff();
}

/** `from`: the element that asks, for the events that dialogs hear. */
export function channelItems(channel, from) {
  const tell = (name) => () => from.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { channel: channel.id } }));
  const manages = mayManage(channel);
  const open = manages && !channel.archived_at;
  const chooses = hasPeople(channel) && (channel.private || allows(channel, "invite"));
  return [
    allows(channel, "create_rooms") && { label: gettext("New room …"), icon: "plus-lg", act: tell("room:create") },
    chooses && { label: gettext("People of the channel …"), icon: "people", act: tell("channel:people") },
    open && { label: gettext("Change the channel …"), icon: "sliders", act: tell("channel:change") },
    open && { line: true },
    open && { label: gettext("Move up"), icon: "arrow-up", act: () => moveChannel(channel, -1) },
    open && { label: gettext("Move down"), icon: "arrow-down", act: () => moveChannel(channel, 1) },
    { line: true },
    channel.private && { label: gettext("Leave the channel"), icon: "box-arrow-right", act: () => leave(channel) },
    open && { label: gettext("Archive the channel"), icon: "archive", act: () => archive(channel) },
    manages && channel.archived_at && { label: gettext("Restore the channel"), icon: "arrow-counterclockwise", act: () => ask(channel, "restore") },
    manages && { label: gettext("Delete the channel …"), icon: "trash", danger: true, act: tell("channel:delete") },
  ].filter(Boolean).filter((item, place, all) => !item.line || (place && place < all.length - 1 && !all[place + 1].line));
}

export const labelOfMenu = (channel) => interpolate(gettext("Actions of %(name)s"), { name: nameOfChannel(channel) });
