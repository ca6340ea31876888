/* The page's files on their way, one tray a room and a task: they go on while one looks elsewhere. */

import { api } from "../helpers/api.js";
import { drafts } from "../helpers/drafts.js";
import { upload } from "../helpers/upload.js";
import { store } from "./project_store.js";
import { Uploads } from "./uploads.js";

const trays = new Map();

function tray(name, options = {}) {
  if (!trays.has(name)) {
    trays.set(
      name,
      new Uploads({
        send: (file, how) => upload(store.project.id, file, how),
        drop: (row) => api.delete(`uploads/${row.id}`).catch(() => {}), // the server drops by itself what nobody took
        most: () => Number(document.querySelector('meta[name="upload-most"]')?.content) || Infinity,
        ...options,
      }),
    );
  }
  return trays.get(name);
}

/** What the next message brings along, by the key of its draft ("room:3"); kept over a reload as far as the server has it. */
export const messageTray = (draft) => {
  const key = `${draft}:files`;
  const set = (rows) => (rows.length ? drafts.set(key, rows) : drafts.delete(key));
  return tray(key, { keep: { get: () => drafts.get(key), set } });
};

/** Files of a task hang on it as soon as they are there. */
export const taskTray = (task) =>
  tray(`task:${task}`, {
    finish: async (row) => {
      store.attachments.put(await api.post(`tasks/${task}/attachments`, { upload: row.id }), { revive: true });
      return true;
    },
  });

const wake = () => trays.forEach((each) => each.wake());
store.on("online", wake);
store.on("connection", ({ state }) => state === "live" && wake());
