/**
 * Single-key shortcuts by physical key (`event.code`), so that they work in any layout. Modifiers,
 * form fields, open dialogs and IME are left alone; `setShortcuts(false)` switches characters off.
 */

const SETTING = "reglite.keys";
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const PRINTED = { "/": "Slash", "?": "Shift+Slash" };

export const hasShortcuts = () => localStorage.getItem(SETTING) !== "off";
export const setShortcuts = (on) => localStorage.setItem(SETTING, on ? "on" : "off");

const nameOf = (event) => {
  const mod = event.ctrlKey || event.metaKey ? "Mod+" : "";
  // On layouts where "/" needs Shift or another key, the character itself counts.
  return mod + (PRINTED[event.key] ?? (event.shiftKey ? `Shift+${event.code}` : event.code));
};

/**
 * Runs `bindings["KeyJ"]`, `["Shift+KeyX"]`, `["Mod+KeyK"]`, … A handler that returns false lets the
 * key go on. Keys with `Mod+` also work inside fields.
 */
export const bindKeys = (bindings, target = document) => {
  target.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.defaultPrevented) return;
    const name = nameOf(event);
    const handler = bindings[name];
    if (!handler || document.querySelector("dialog[open]")) return;
    if (!name.startsWith("Mod+")) {
      if (event.target.closest?.(FIELDS)) return;
      if (event.key.length === 1 && !hasShortcuts()) return;
    }
    if (handler(event) !== false) event.preventDefault();
  });
};
