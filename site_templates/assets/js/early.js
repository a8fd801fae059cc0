/* Runs before the first paint: the reader's language and theme, without a flash. */
(() => {
  const page = document.documentElement;
  const recall = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const wanted = recall("rl-language") ||
    navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === "en" || tag === "ru");
  const other = wanted && wanted !== page.lang &&
    document.querySelector(`link[hreflang="${CSS.escape(wanted)}"]`);
  if (other) location.replace(other.href + location.search + location.hash);
  const theme = recall("rl-theme");
  if (theme) page.dataset.theme = theme;
})();
