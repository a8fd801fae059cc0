/** The menu of the bar: who I am, theme, language and single keys, which this browser remembers. */
import { credential, signIn } from "../lib/api.js";
import { all, one, t } from "../lib/dom.js";
import { hasShortcuts, setShortcuts } from "../lib/keyboard.js";
import { reader, roleName } from "../lib/session.js";

const page = document.documentElement;

/** Puts into the menu who reads, and whether there is a way out. */
export const fillMain = () => {
  const { user, sign_out_url: outUrl } = reader.answer ?? {};
  one("#menu-who").hidden = !reader.answer;
  one("#menu-who p").textContent = user ? t("session.who", { user, role: roleName() }) : roleName();
  one("#sign-out").hidden = !credential() && !outUrl;
};

one("#sign-out").addEventListener("click", () => {
  const { sign_out_url: outUrl } = reader.answer ?? {};
  signIn(null);
  if (outUrl) location.assign(new URL(outUrl, location));
  else location.reload();
});

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
