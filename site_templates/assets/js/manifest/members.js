/** What an index lists beside images and attestations: charts, models, other artifacts. */
import { formats, stamp, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { link } from "../lib/url.js";
import { plain } from "./excerpt.js";
import { digestButton } from "./facts.js";

const TITLES = ["org.opencontainers.image.title", "org.opencontainers.image.ref.name"];

/** Answers what draws a member's row, a link to it. */
export const memberRow = (where) => (member) => {
  const { root, open, name, attested: type, size, built, digest } = stamp("platform-row");
  const title = TITLES.map((key) => member.annotations?.[key]).find(Boolean);
  open.href = link("manifest.html", { ...where, digest: member.digest });
  name.textContent = plain(title ?? shortDigest(member.digest));
  type.textContent = type.title = plain(member.artifact_type ?? member.media_type);
  size.textContent = member.size_bytes ? formats.size(member.size_bytes) : t("manifest.absent");
  built.remove();
  digest.append(digestButton(member.digest));
  return root;
};
