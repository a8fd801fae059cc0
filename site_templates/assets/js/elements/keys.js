/** The dialog that lists the keys. */
import { all, one } from "../lib/dom.js";
import "./overlay.js";
import "./settings.js";

if (/^Mac|^iP/.test(navigator.platform)) {
  for (const key of all("kbd")) key.textContent = key.textContent.replace("Ctrl ", "⌘");
}

export const openKeys = () => one("#keys").showModal();
