/** Version-aware order of tags; pure. */

const VERSION = /^v?(\d+(?:\.\d+)*)($|[-_.+].*|(?:a|b|c|r|p|rc|alpha|beta|pre|dev|post)\d.*)$/i;

// A number is preceded by its length, so that plain comparison of keys compares numbers.
const encode = (digits) => {
  const bare = digits.replace(/^0+(?=.)/, "");
  return String.fromCharCode(64 + Math.min(bare.length, 32)) + bare;
};
const natural = (text) => text.toLowerCase().replace(/\d+/g, encode);

/** A string whose order by code unit is the order of versions: `latest`, then versions, then words. */
export const versionKey = (tag) => {
  if (tag === "latest") return "~";
  const found = VERSION.exec(tag);
  if (!found) return ` ${natural(tag)}`;
  // "." (a release) sorts below a further number and above "!" (something after a dash).
  return `0${found[1].split(".").map(encode).join("")}${found[2] ? "!" : "."}${natural(found[2])}`;
};

// Sorts below all characters of keys, which have none of it, whatever a hostile tag holds.
const JOINT = "\0";

/** Tags by version, highest first, `latest` before all; `descending = false` turns it round. */
export const sortVersions = (tags, descending = true) => {
  // Sorting plain strings, without a comparison of one's own, is what makes ten thousand quick.
  const sorted = tags.map((tag) => versionKey(tag).replaceAll(JOINT, "") + JOINT + tag).sort().map((entry) => entry.slice(entry.indexOf(JOINT) + 1));
  return descending ? sorted.reverse() : sorted;
};

/**
 * `items` sorted by what `keyOf` gives: a string, a number, or null, which is last either way. Equal
 * keys keep the order that the items came in. Returns a new array.
 */
export const sortBy = (items, keyOf, descending) => {
  const sign = descending ? -1 : 1;
  return items
    .map((item) => [keyOf(item), item])
    .sort(([a], [b]) => (a == null) - (b == null) || (a < b ? -sign : a > b ? sign : 0))
    .map((entry) => entry[1]);
};
