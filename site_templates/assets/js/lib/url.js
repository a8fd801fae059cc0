/**
 * Addresses: a page's state in its query string, walking through the pages of a list, what fits one
 * request. All but `bindState` is pure.
 */

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
      const url = new URL(location); // a path alone that begins with two slashes would name a host
      url.search = encode(state, defaults, location.search);
      history[push ? "pushState" : "replaceState"](null, "", url);
    },
  };
};

/**
 * Yields each page of a list: `get(url)` answers an object with `next` (a URL or null), which is
 * followed as it is, and asked for while the page before is being looked at; the first page is done
 * with before more is asked for. Ends on a URL seen before; an abort rejects out of `get`.
 */
export async function* walkPages(get, url) {
  const seen = new Set([url]);
  let coming = get(url);
  for (let isFirst = true; coming; isFirst = false) {
    const page = await coming;
    if (isFirst) yield page;
    const isNew = page.next && !seen.has(page.next);
    seen.add(page.next);
    coming = isNew ? get(page.next) : null;
    // It is heard of when its turn comes.
    coming?.catch(() => {});
    if (!isFirst) yield page;
  }
}

/** The leading values that fit one request: at most `most` of them and `room` characters of query. */
export const takeBatch = (values, { name = "tag", most = 100, room = 3500 } = {}) => {
  const batch = [];
  for (const value of values) {
    room -= name.length + 2 + encodeURIComponent(value).length;
    if (batch.length === most || room < 0) break;
    batch.push(value);
  }
  return batch;
};
