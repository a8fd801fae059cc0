/** Repositories that were opened by name, per registry; kept in localStorage. */
import { isRepository } from "../lib/reference.js";

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

export const openedIn = (registry) => [Object.entries(read()).find(([name]) => name === registry)?.[1] ?? []].flat().filter(isRepository);
export const forget = (registry, name) => write(registry, openedIn(registry).filter((each) => each !== name));
export const remember = (registry, name) =>
  write(registry, [name, ...openedIn(registry).filter((each) => each !== name)].slice(0, MOST));
