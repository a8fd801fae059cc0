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

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * `items` sorted by what `keyOf` gives (a string, a number, or null, which is last either way);
 * equal keys fall back to version order. Returns a new array.
 */
export const sortBy = (items, keyOf, descending, nameOf = (item) => item) => {
  const sign = descending ? -1 : 1;
  return items
    .map((item) => [keyOf(item), versionKey(nameOf(item)), item])
    .sort((a, b) => (a[0] == null) - (b[0] == null)
      || sign * compare(a[0], b[0])
      || compare(b[1], a[1])
      || compare(nameOf(a[2]), nameOf(b[2])))
    .map((entry) => entry[2]);
};

/** Tags by version, highest first, `latest` before all; `descending = false` turns it round. */
export const sortVersions = (tags, descending = true) => sortBy(tags, versionKey, descending);
