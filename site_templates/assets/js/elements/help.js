/** The help: the dialog that lists the keys, and the settings in it. */
import { all, one } from "../lib/dom.js";
import "./overlay.js";
import "./settings.js";

if (/^Mac|^iP/.test(navigator.platform)) {
  for (const key of all("kbd")) key.textContent = key.textContent.replace("Ctrl ", "⌘");
}

/** Opens it. */
export const openHelp = () => one("#keys").showModal();
