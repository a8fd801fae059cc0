/** The table of an index's platforms. */
import { formats, icon, stamp, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { link } from "../lib/url.js";
import { plain } from "./excerpt.js";
import { digestButton, timeOf } from "./facts.js";

const versionOf = ({ os_version, os_features }) => [os_version, ...os_features].filter(Boolean).join(" ");

const isTwin = (one, platforms) => platforms.filter(({ platform }) => platform === one.platform).length > 1;

/** The platform's name, with what tells it from others of the same: a version, features, else its digest. */
export const nameOf = (one, platforms) => {
  if (!isTwin(one, platforms)) return plain(one.platform);
  const version = versionOf(one);
  const isAlone = platforms.filter((other) => other.platform === one.platform && versionOf(other) === version).length < 2;
  return plain([one.platform, version, !isAlone && shortDigest(one.digest)].filter(Boolean).join(" "));
};

/** Answers what draws a platform's row; the chosen one is marked, each is a link. */
export const platformRow = (platforms, chosen, query) => (one) => {
  const { root, open, tick, name, size, built, digest } = stamp("platform-row");
  open.href = link("manifest.html", { ...query, platform: isTwin(one, platforms) ? one.digest : one.platform });
  name.textContent = nameOf(one, platforms);
  if (one === chosen) {
    root.classList.add("chosen");
    open.ariaCurrent = "true";
    tick.replaceWith(icon("check"));
  }
  size.textContent = !one.size_bytes && !one.created ? t("manifest.absent") : formats.size(one.size_bytes);
  if (one.created) built.append(timeOf(one.created));
  digest.append(digestButton(one.digest));
  root.dataset.digest = one.digest;
  return root;
};
