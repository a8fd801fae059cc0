/** Version-aware order of tags; pure. */

const NUMBERS = "\\d+(?:\\.\\d+)*";
const REST = "[-_.+]|(?:a|b|c|r|p|rc|alpha|beta|pre|dev|post)\\d";

/*
 * What turns lower-case tags, one in a line, into keys whose order by code unit is that of versions:
 * words, which begin with a space, then versions, then `latest`. All lines at once, since ten thousand
 * tags taken one by one hold up the first rows.
 */
const STEPS = [
  [/(?<!\d)0+(?=\d)/g, ""],
  [/^latest$/gm, "~"],
  [new RegExp(`^(?!~$|v?${NUMBERS}(?:$|${REST}))`, "gm"), " "],
  [/^v/gm, ""],
  // "!" sorts below END: what hangs on a release comes below it.
  [new RegExp(`^(?!${NUMBERS}$)${NUMBERS}(?=${REST})`, "gm"), "$&!"],
];
const END = "#";
const MOST_DIGITS = 32;

const versionKeys = (tags) => {
  let text = tags.join("\n").toLowerCase();
  for (const [found, put] of STEPS) text = text.replace(found, put);
  // A letter for its length before a number, so that plain comparison of keys compares numbers.
  for (let n = 2; n <= MOST_DIGITS && text.search(`\\d{${n}}`) >= 0; n++) {
    const more = n === MOST_DIGITS ? "," : "";
    text = text.replace(RegExp(`(?<!\\d)\\d{${n}${more}}(?!\\d)`, "g"), `${String.fromCharCode(64 + n)}$&`);
  }
  return text.split("\n");
};

/** Tags by version, highest first: `latest`, then versions, then words. */
export const sortVersions = (tags) => {
  // The API lets no such tag pass; one that came nevertheless is neither lost nor changed.
  if (!tags.length || /[\n#]/.test(tags.join(""))) return tags.toSorted().reverse();
  const keys = versionKeys(tags);
  // Plain strings, sorted without a comparison of one's own, are what makes ten thousand quick.
  return keys.map((key, at) => key + END + tags[at]).sort().reverse().map((entry) => entry.slice(entry.indexOf(END) + 1));
};

/** Whether a tag is a version: `latest` and words are none. */
export const isVersion = (tag) => !/^[ ~]/.test(versionKeys([tag])[0]);
