/** By what the list can be ordered, and which way round at first; pure. */
import { sortBy } from "../lib/sort.js";

const NATURAL = { version: "desc", size: "desc", built: "desc" };

/** The order that a column has when it is first chosen. */
export const naturalOrder = (sort) => NATURAL[sort] ?? "asc";

/** Whether an order needs to know more of each tag than its name. */
export const needsSummaries = (sort) => sort !== "version" && sort !== "name";

const KEYS = {
  size: (summary, sizeOf) => sizeOf(summary),
  built: (summary) => summary.created,
  platforms: (summary) => summary.platforms.map((each) => each.platform).join() || null,
  digest: (summary) => summary.digest,
  kind: (summary) => summary.kind,
};

/**
 * Tags, given by version, in the state's order; what is not known stands last. `sizeOf` tells a
 * summary's size.
 */
export const orderTags = (byVersion, { sort, order }, known, sizeOf) => {
  const isDescending = order === "desc";
  if (sort === "version") return isDescending ? byVersion : byVersion.toReversed();
  if (sort === "name") return sortBy(byVersion, (tag) => tag, isDescending);
  const keyOf = KEYS[sort] ?? (() => null);
  return sortBy(byVersion, (tag) => {
    const summary = known.get(tag);
    return summary?.digest ? keyOf(summary, sizeOf) : null;
  }, isDescending);
};

/** What a click on a column's header asks for; the tag column goes by version, then by name. */
export const nextOrder = ({ sort, order }, column) => {
  if (column === "version" && sort === "name") {
    return order === "asc" ? { sort: "name", order: "desc" } : { sort: "version", order: "desc" };
  }
  if (sort !== column) return { sort: column, order: naturalOrder(column) };
  if (order === naturalOrder(column)) return { sort, order: order === "asc" ? "desc" : "asc" };
  return column === "version" ? { sort: "name", order: "asc" } : { sort, order: naturalOrder(column) };
};
