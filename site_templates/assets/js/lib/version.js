/** Version-aware order of tags; pure. */

const VERSION = /^v?(\d+(?:\.\d+)*)($|[-_.+].*|(?:a|b|c|r|p|rc|alpha|beta|pre|dev|post)\d.*)$/i;

// A number is preceded by its length, so that plain comparison of keys compares numbers.
const encode = (digits) => {
  const bare = digits[0] === "0" ? digits.replace(/^0+(?=.)/, "") : digits;
  return String.fromCharCode(64 + Math.min(bare.length, 32)) + bare;
};
const natural = (text) => text.toLowerCase().replace(/\d+/g, encode);

/** A string whose order by code unit is the order of versions: `latest`, then versions, then words. */
export const versionKey = (tag) => {
  if (tag === "latest") return "~";
  const found = VERSION.exec(tag);
  if (!found) return ` ${natural(tag)}`;
  // "." (a release) sorts below a further number and above "!" (something after a dash).
  return `0${found[1].split(".").map(encode).join("")}${found[2] ? "!" + natural(found[2]) : "."}`;
};

// Sorts below all characters of keys, which have none of it, whatever a hostile tag holds.
const JOINT = "\0";

// Sorting plain strings, without a comparison of one's own, is what makes ten thousand quick.
const toEntry = (tag) => versionKey(tag).replaceAll(JOINT, "") + JOINT + tag;
const sortEntries = (entries) => entries.sort().reverse().map((entry) => entry.slice(entry.indexOf(JOINT) + 1));

/** Tags by version, highest first, `latest` before all. */
export const sortVersions = (tags) => sortEntries(tags.map(toEntry));

const SLICE = 4000;
const pause = () => globalThis.scheduler?.yield?.() ?? new Promise((resume) => setTimeout(resume));

/** As `sortVersions`, in slices that leave the page responsive. */
export const sortManyVersions = async (tags) => {
  const entries = [];
  for (let at = 0; at < tags.length; at += SLICE) {
    if (at) await pause();
    for (const tag of tags.slice(at, at + SLICE)) entries.push(toEntry(tag));
  }
  return sortEntries(entries);
};
