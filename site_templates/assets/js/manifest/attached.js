/** What is attached to a manifest: attestations, signatures, other referrers, each readable in place. */
import { isAbort } from "../lib/api.js";
import { formats, make, stamp, t } from "../lib/dom.js";
import { BATCH, plain } from "./excerpt.js";
import { getReferrers, getView } from "./view.js";

const PREDICATE = "in-toto.io/predicate-type";
const READABLE = /json|text|in-toto/;

const MOST_ATTESTATIONS = 20;
const SIGNATURE = "attached.signature";

/** Kinds of attachments: what their type looks like, their name, and a shorter one where there is one. */
const FORMS = [
  [/spdx/i, "attached.spdx", "attached.sbom"],
  [/cyclonedx/i, "attached.cyclonedx", "attached.sbom"],
  [/slsa|provenance/i, "attached.provenance", "attached.short_provenance"],
  [/cosign|signature|notary|\.sig$/i, SIGNATURE],
  [/attest|in-toto|\.att$/i, "attached.attestation"],
  [/sbom/i, "attached.sbom"],
];

const formOf = (type) => FORMS.find(([looks]) => looks.test(type)) ?? [];

/** A type in words: SBOM, provenance, signature; the type itself where it is none of these. */
const titleOf = (type) => {
  const [, name] = formOf(type);
  return name ? t(name) : plain(type);
};

/** Answers what draws a closed fold; the function `inside` of fold.js fills it when it is opened first. */
const fold = (type, of, sizeBytes, inside, ...what) => () => {
  const { root, name, soft, end, body } = stamp("fold");
  name.textContent = titleOf(type);
  soft.textContent = plain(of);
  if (sizeBytes != null) end.textContent = formats.size(sizeBytes);
  root.addEventListener("toggle", async () => {
    const fold = await import("./fold.js");
    fold.fillFold(body, fold[inside], ...what);
  }, { once: true });
  return root;
};

/** What draws the folds of a manifest's layers. */
const layerFolds = (where, view, of) => view.layers.map((layer) => fold(
  layer.annotations?.[PREDICATE] ?? view.artifact_type ?? layer.media_type, of, layer.size_bytes,
  READABLE.test(layer.media_type) ? "showBlob" : "noteUnreadable", where, layer));

/**
 * What draws the folds of the chosen platform's attestations. `mark(digest, words)` is told, for each platform,
 * what its attestations are; one that can't be read is a fold that says so. Only the
 * first platforms of many, and the first attestations of many, are asked for.
 */
export const attestationFolds = async (where, platforms, chosen, mark, signal) => {
  const folds = [];
  await Promise.all(platforms.filter((platform, at) => at < BATCH || platform === chosen).map(async (platform) => {
    const { attestations } = platform;
    const views = await Promise.allSettled(attestations.slice(0, MOST_ATTESTATIONS).map((digest) => getView({ ...where, digest }, { signal })));
    const read = views.filter((v) => v.status === "fulfilled").map((v) => v.value);
    const names = read.flatMap((view) => view.layers.map((layer) => formOf(layer.annotations?.[PREDICATE] ?? "").at(-1)));
    mark(platform.digest, [...new Set(names)].filter(Boolean).map((name) => t(name)).join(", "));
    if (platform !== chosen) return;
    folds.push(...read.flatMap((view) => layerFolds(where, view, platform.platform)));
    const failed = views.filter((v) => v.status === "rejected" && !isAbort(v.reason));
    folds.push(...failed.map(({ reason }) => fold("attestation", platform.platform, null, "fail", reason)));
    if (attestations.length > MOST_ATTESTATIONS) {
      folds.push(() => make("p", { class: "soft" }, t("common.shown_of", { shown: MOST_ATTESTATIONS, n: attestations.length })));
    }
  }));
  return folds;
};

/** What draws the folds of everything that names this digest as its subject, and how many signatures there are. */
export const referrerFolds = async (where, digest, signal) => {
  const { referrers, related_tags } = await getReferrers({ ...where, digest }, { signal });
  const signatures = [...referrers.map((r) => r.artifact_type ?? ""), ...related_tags]
    .filter((type) => formOf(type)[1] === SIGNATURE).length;
  return {
    signatures,
    folds: [
      ...referrers.map(({ artifact_type, media_type, size_bytes, digest }) =>
        fold(artifact_type || media_type, t("attached.whole"), size_bytes, "showReferrer", where, digest, layerFolds)),
      ...related_tags.map((tag) => fold(tag, t("attached.whole"), null, "showTagged", where, tag, layerFolds)),
    ],
  };
};
