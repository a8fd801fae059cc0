/** The filter of a list: the box, its place in the address, and the words for no match. */
import { make, one } from "../lib/dom.js";
import { say, t } from "../lib/i18n.js";

/** Answers `(text) => void` that puts a text into the box; `onChange(text)` hears what is typed. */
export const bindFilter = (onChange) => {
  const box = one("#filter");
  const set = (text) => {
    box.value = text;
    onChange(text);
  };
  box.addEventListener("input", () => onChange(box.value));
  box.addEventListener("keydown", (event) => {
    if (event.code !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (box.value) set("");
    else box.blur();
  });
  return set;
};

/** `key` with what was looked for, and the way out. */
export const noMatch = (words, onClear) => make("div", { class: "void" }, make("h2", {}, make("span", {}, ...words), " ",
  make("button", { class: "link", type: "button", onclick: onClear }, t("common.clear"))));
