/** From names to rows: namespace, order, tree; pure. */
import { parseFilter } from "../lib/filter.js";

/** The first parts of names that have several, sorted. */
export const namespacesOf = (names) =>
  [...new Set(names.filter((name) => name.includes("/")).map((name) => name.slice(0, name.indexOf("/"))))].sort();

/** The names in a namespace (all of them without one) that the filter lets through. */
export const selectNames = (names, { namespace, q }) => {
  const { hasName } = parseFilter(q);
  return names.filter((name) => hasName(name) && (!namespace || name.startsWith(`${namespace}/`)));
};

/**
 * Rows of a tree: `{name, group: false, depth}` and, before the names inside it, `{name: "team/",
 * group: true, depth, count, isOpen}`. `names` are sorted either way, so that a namespace's names
 * stand together.
 */
export const growTree = (names, isOpen) => {
  const counts = new Map();
  const prefixes = (name) => [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index + 1));
  for (const name of names) {
    for (const prefix of prefixes(name)) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const rows = [];
  const seen = new Set();
  for (const name of names) {
    const above = prefixes(name);
    const closed = above.findIndex((prefix) => !isOpen(prefix));
    for (const [depth, prefix] of above.slice(0, closed < 0 ? undefined : closed + 1).entries()) {
      if (seen.has(prefix)) continue;
      seen.add(prefix);
      rows.push({ name: prefix, group: true, depth, count: counts.get(prefix), isOpen: isOpen(prefix) });
    }
    if (closed < 0) rows.push({ name, group: false, depth: above.length });
  }
  return rows;
};
