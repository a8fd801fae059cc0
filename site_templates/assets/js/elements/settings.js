/** Theme, language and single keys: choices of this browser, kept in localStorage. */
const page = document.documentElement;

for (const input of document.querySelectorAll("[name=theme]")) {
  input.checked = input.value === (page.dataset.theme ?? "");
  input.addEventListener("change", () => {
    localStorage.setItem("reglite.theme", input.value);
    if (input.value) page.dataset.theme = input.value;
    else delete page.dataset.theme;
  });
}

for (const link of document.querySelectorAll("a[hreflang]")) {
  link.addEventListener("click", () => {
    localStorage.setItem("reglite.language", link.hreflang);
    link.search = location.search;
    link.hash = location.hash;
  });
}

const toggles = document.querySelectorAll("[data-keys]");
const showKeys = () => toggles.forEach((box) => {
  box.checked = localStorage.getItem("reglite.keys") !== "off";
});
for (const box of toggles) {
  box.addEventListener("change", () => {
    localStorage.setItem("reglite.keys", box.checked ? "on" : "off");
    showKeys();
  });
}
showKeys();
