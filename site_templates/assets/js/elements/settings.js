/** Theme, language and single keys: choices of this browser, kept in localStorage. */
import { all } from "../lib/dom.js";
import { hasShortcuts, setShortcuts } from "../lib/keyboard.js";

const page = document.documentElement;

for (const input of all("[name=theme]")) {
  input.checked = input.value === (page.dataset.theme ?? "");
  input.addEventListener("change", () => {
    localStorage.setItem("rl-theme", input.value);
    if (input.value) page.dataset.theme = input.value;
    else delete page.dataset.theme;
  });
}

for (const link of all("a[hreflang]")) {
  link.addEventListener("click", () => {
    localStorage.setItem("rl-language", link.hreflang);
    link.search = location.search;
    link.hash = location.hash;
  });
}

const boxes = all("[data-keys]");
for (const box of boxes) {
  box.checked = hasShortcuts();
  box.addEventListener("change", () => {
    setShortcuts(box.checked);
    for (const other of boxes) other.checked = box.checked;
  });
}
