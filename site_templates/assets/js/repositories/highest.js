/** The highest version among tags; pure. */
import { isVersion, sortVersions } from "../lib/version-order.js";

/** It, or undefined: `latest` and words are none. */
export const highestVersion = (tags) => {
  const [highest] = sortVersions(tags.filter((tag) => tag !== "latest"));
  return highest && isVersion(highest) ? highest : undefined;
};
