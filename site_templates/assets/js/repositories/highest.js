/** The highest version among tags; pure. */
import { isVersion, sortVersions } from "../lib/version-order.js";

const PRE_RELEASE = /^v?[\d.]+[-_.+]?(?:(?:alpha|beta|canary|dev|nightly|pre|preview|rc|snapshot)(?![a-z])|(?:a|b|c|m)[-_.]?\d)/i;

/** It, or undefined: `latest` and words are none, and pre-releases only where there is no release. */
export const highestVersion = (tags) => {
  let highest;
  for (const tag of sortVersions(tags)) {
    if (/^latest$/i.test(tag)) continue;
    if (!isVersion(tag)) break;
    if (!PRE_RELEASE.test(tag)) return tag;
    highest ??= tag;
  }
  return highest;
};
