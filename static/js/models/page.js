/* Where the models meet the browser: reads the snapshot that came with the page, starts the stream, and tells it of
   input, sleep and network. Imported first, so that every element finds the store filled. */

import { onReached } from "../helpers/api.js";
import { Activity } from "./activity.js";
import { stream } from "./event_stream.js";
import { store } from "./project_store.js";

store.replace(JSON.parse(document.getElementById("snapshot").textContent));
stream.start();

const activity = new Activity((state) => stream.setActivity(state), {
  doubted: () => !store.me.invisible && store.presence.get(store.me.id).status !== "active",
  hidden: document.hidden,
});

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  document.addEventListener(kind, () => activity.input(), { passive: true, capture: true });
}
document.addEventListener("visibilitychange", () => {
  activity.setHidden(document.hidden);
  if (!document.hidden) stream.check();
});
window.addEventListener("pagehide", () => activity.leaving());
// Each waits by pauses of its own: one answer, whoever asked, ends them all.
onReached(() => {
  stream.reached();
  store.emit({ noun: "reached", action: "updated" });
});
window.addEventListener("online", () => {
  stream.check();
  store.emit({ noun: "online", action: "updated" });
});
window.addEventListener("offline", () => stream.wentOffline());
// A page coming back from the browser's back/forward cache has a dead socket and an old state.
window.addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  if (!document.hidden) activity.setHidden(false);
  stream.check();
});
