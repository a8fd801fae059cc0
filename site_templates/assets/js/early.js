/*
 * Runs before the first paint: the reader's language and theme, without a flash, and the request for
 * the list that the page is about, beside the loading of its modules.
 */
(() => {
  const page = document.documentElement;
  const recall = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const wanted = recall("rl-language") ||
    navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === "en" || tag === "ru");
  const other = wanted && wanted !== page.lang &&
    document.querySelector(`link[hreflang="${CSS.escape(wanted)}"]`);
  if (other) return location.replace(other.href + location.search + location.hash);
  const theme = recall("rl-theme");
  if (theme) page.dataset.theme = theme;

  const { registry = "", repository = "", all } = Object.fromEntries(new URLSearchParams(location.search));
  // The grammar and paths of lib/ask.js: what it would refuse is not asked for here either.
  const isRegistry = /^(?!.{256})[._:-]*[A-Za-z0-9][\w.:-]*$/.test(registry);
  const isRepository = /^(?!.{256})[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*$/.test(repository);
  const list = { repositories: "?n=1000", tags: isRepository && `/${repository}/tags?n=10000` }[page.dataset.page];
  if (!list || !isRegistry || all) return;
  const path = `/api/v1/registries/${registry}/repositories${list}`;
  const Authorization = sessionStorage.getItem("rl-authorization");
  const answer = fetch(page.dataset.api + path, {
    headers: { Accept: "application/json", ...(Authorization && { Authorization }) }, redirect: "manual",
  }).then((response) => {
    if (!response.ok || !/json/.test(response.headers.get("Content-Type"))) return response;
    const parsed = response.json(); // while the modules come
    parsed.catch(() => {});
    response.json = () => parsed;
    return response;
  });
  answer.catch(() => {}); // who takes it over hears of it
  window.early = { path, answer };
})();
