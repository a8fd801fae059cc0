/** A page's state in its query string; `decode`, `encode` and `link` are pure. */

/** The state in `search`: the known keys, as strings, over `defaults`. */
export const decode = (search, defaults) => ({
  ...defaults,
  ...Object.fromEntries([...new URLSearchParams(search)].filter(([key]) => Object.hasOwn(defaults, key))),
});

// Slashes and colons are legal in a query and keep the address readable.
const readable = (params) => params.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");

/** `search` with the state in it; what equals its default is left out, foreign keys stay. */
export const encode = (state, defaults, search = "") => {
  const params = new URLSearchParams(search);
  for (const [key, usual] of Object.entries(defaults)) {
    if (state[key] === usual || state[key] == null) params.delete(key);
    else params.set(key, state[key]);
  }
  const text = readable(params);
  return text && `?${text}`;
};

/** The address of a page: `link("tags.html", {registry, repository})`; empty values are left out. */
export const link = (page, params) =>
  page + encode(params, Object.fromEntries(Object.keys(params).map((key) => [key, ""])));

/**
 * Binds a state object to the address bar. `set(patch)` replaces the entry, `set(patch, true)` adds
 * one to the history; `onChange(state)` runs after back and forward.
 */
export const bindState = (defaults, onChange) => {
  const state = decode(location.search, defaults);
  addEventListener("popstate", () => onChange(Object.assign(state, decode(location.search, defaults))));
  return {
    state,
    set(patch, push = false) {
      Object.assign(state, patch);
      const url = location.pathname + encode(state, defaults, location.search) + location.hash;
      history[push ? "pushState" : "replaceState"](null, "", url);
    },
  };
};
