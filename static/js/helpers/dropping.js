/* Files that are dropped or pasted. What is dropped beside every place that takes some is dropped nowhere: a browser
   would leave the page for it. */

const brings = (event) => event.dataTransfer?.types?.includes("Files");

/** {files, folders}: what of it can be brought, and how many folders, which cannot. */
function contents({ items, files }) {
  const entries = [...(items ?? [])].filter(({ kind }) => kind === "file").map((item) => ({ file: item.getAsFile(), folder: item.webkitGetAsEntry?.()?.isDirectory }));
  if (!entries.length) return { files: [...files], folders: 0 };
  return { files: entries.filter(({ folder, file }) => !folder && file).map(({ file }) => file), folders: entries.filter(({ folder }) => folder).length };
}

/** `take({files, folders})` when something is dropped on `place`, which has `data-dropping` while it would be; `allowed()`. */
export function takeDrops(place, take, allowed = () => true) {
  let depth = 0;
  const end = () => {
    depth = 0;
    delete place.dataset.dropping;
  };
  place.addEventListener("dragenter", (event) => {
    if (!brings(event) || !allowed()) return;
    depth += 1;
    place.dataset.dropping = "";
  });
  place.addEventListener("dragleave", (event) => {
    if (brings(event) && depth && (depth -= 1) === 0) end();
  });
  place.addEventListener("dragover", (event) => {
    if (!brings(event) || !allowed()) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = "copy";
  });
  place.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    end();
    if (!allowed()) return;
    event.preventDefault();
    event.stopPropagation();
    take(contents(event.dataTransfer));
  });
}

/** The same on what `find(target)` gives within `root`, one of many: `take({files, folders}, found)`. */
export function takeDropsOn(root, find, take) {
  let over = null;
  const point = (found) => {
    if (over === found) return;
    if (over) delete over.dataset.dropping;
    over = found;
    if (over) over.dataset.dropping = "";
  };
  root.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    point(find(event.target) || null);
    if (!over) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = "copy";
  });
  root.addEventListener("dragleave", (event) => !root.contains(event.relatedTarget) && point(null));
  root.addEventListener("drop", (event) => {
    const found = over;
    point(null);
    if (!brings(event) || !found) return;
    event.preventDefault();
    event.stopPropagation();
    take(contents(event.dataTransfer), found);
  });
}

/** `take({files, folders})` when files are pasted into `place`; text that comes with a picture of itself stays text. */
export function takePastes(place, take, allowed = () => true) {
  place.addEventListener("paste", (event) => {
    const { clipboardData: data } = event;
    if (!data?.files.length || data.types.includes("text/plain") || !allowed()) return;
    event.preventDefault();
    take({ files: [...data.files], folders: 0 });
  });
}

window.addEventListener("dragover", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
});
window.addEventListener("drop", (event) => brings(event) && event.preventDefault());
