/** Repositories that were opened by name, per registry; kept in localStorage. */
const KEY = "rl-opened";
const MOST = 50;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
};
const write = (registry, names) => localStorage.setItem(KEY, JSON.stringify({ ...read(), [registry]: names }));

export const openedIn = (registry) => read()[registry] ?? [];
export const forget = (registry, name) => write(registry, openedIn(registry).filter((each) => each !== name));
export const remember = (registry, name) =>
  write(registry, [name, ...openedIn(registry).filter((each) => each !== name)].slice(0, MOST));
