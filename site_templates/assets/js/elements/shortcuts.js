/** Keys that every page has; pages bind those of their rows. */
import { all, one } from "../lib/dom.js";
import { bindKeys } from "../lib/keyboard.js";
import { findUp } from "./crumbs.js";
import { openJump } from "./jump.js";

if (/^Mac|^iP/.test(navigator.platform)) {
  for (const key of all("kbd")) key.textContent = key.textContent.replace("Ctrl ", "⌘");
}

const showKeys = () => one("#keys").showModal();

one("#open-keys").addEventListener("click", showKeys);
bindKeys({
  Slash() {
    const field = one("#filter");
    field?.focus();
    field?.select();
    return !!field;
  },
  "Shift+Slash": showKeys,
  KeyU() {
    const up = findUp();
    if (up) location.assign(up);
  },
  "Mod+KeyK": openJump,
});
