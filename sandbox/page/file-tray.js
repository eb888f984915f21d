/** Files about to be sent, with a look at the pictures among them. */
import { formatSize } from "./format.js";
import { h, icon } from "./view.js";

const addresses = new WeakMap();

/** An address for a file in this page; it lives as long as the page needs the file. */
export function addressOf(file) {
  if (!addresses.has(file)) addresses.set(file, URL.createObjectURL(file));
  return addresses.get(file);
}

export function fileTray(files, onRemove) {
  if (!files.length) return null;
  return h(
    "ul",
    { class: "file-tray", key: "tray" },
    files.map((file, index) => tile(file, () => onRemove(index))),
  );
}

function tile(file, remove) {
  const isPicture = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type);
  return h(
    "li",
    { key: addressOf(file), class: "tray-tile", "data-testid": "tray-file" },
    isPicture ? h("img", { src: addressOf(file), alt: "" }) : icon("file", "file-icon"),
    h("span", { class: "tray-name" }, file.name || "file"),
    h("span", { class: "faint small" }, formatSize(file.size)),
    h(
      "button",
      { type: "button", class: "icon-button tray-remove", "aria-label": `Remove ${file.name}`, on: { click: remove } },
      icon("trash"),
    ),
  );
}
