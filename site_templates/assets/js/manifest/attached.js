/** What is attached to a manifest: attestations, signatures, other referrers, each readable in place. */
import { ask } from "../lib/ask.js";
import { formats, make, stamp, t } from "../lib/dom.js";
import { link } from "../lib/url.js";
import { adviceOn } from "../elements/messages.js";
import { plain } from "./facts.js";

const PREDICATE = "in-toto.io/predicate-type";
const READABLE = /json|text|in-toto/;

const SIGNATURE = "attached.signature";

/** Kinds of attachments: what their type looks like, their long and their short name. */
const FORMS = [
  [/spdx/i, "attached.spdx", "attached.sbom"],
  [/cyclonedx/i, "attached.cyclonedx", "attached.sbom"],
  [/slsa|provenance/i, "attached.provenance", "attached.short_provenance"],
  [/cosign|signature|notary|\.sig$/i, SIGNATURE, SIGNATURE],
  [/attest|in-toto|\.att$/i, "attached.attestation", "attached.attestation"],
  [/sbom/i, "attached.sbom", "attached.sbom"],
];

const formOf = (type) => FORMS.find(([looks]) => looks.test(type)) ?? [];

/** A type in words: SBOM, provenance, signature; the type itself where it is none of these. */
const titleOf = (type) => {
  const [, name] = formOf(type);
  return name ? t(name) : plain(type);
};

/** A closed fold; `fill(body)` runs once, when it is opened first. */
const fold = (title, of, sizeBytes, fill) => {
  const { root, name, soft, end, body } = stamp("fold");
  name.textContent = title;
  soft.textContent = of;
  if (sizeBytes != null) end.textContent = formats.size(sizeBytes);
  root.addEventListener("toggle", () => fillOnce(body, fill), { once: true });
  return root;
};

const fillOnce = async (body, fill) => {
  body.textContent = t("common.loading");
  try {
    await fill(body);
  } catch (error) {
    const retry = make("button", { class: "button", type: "button" }, t("common.retry"));
    retry.addEventListener("click", () => fillOnce(body, fill));
    body.replaceChildren(make("p", {}, ...adviceOn(error), " ", make("code", {}, error.code)), retry);
  }
};

/** Reads the blobs of one repository; the reader of attestations is fetched when one is opened. */
const showBlob = (where, layer) => async (body) => {
  const answer = await ask({ ...where, blob: layer.digest }, "");
  const { showAttestation } = await import("./packages.js");
  showAttestation(body, answer, layer.digest);
};

const layerFolds = (where, view, of) => view.layers.map((layer) => {
  const type = layer.annotations?.[PREDICATE] ?? view.artifact_type ?? layer.media_type;
  if (!READABLE.test(layer.media_type)) return fold(titleOf(type), of, layer.size_bytes, noteUnreadable(layer));
  return fold(titleOf(type), of, layer.size_bytes, showBlob(where, layer));
});

const noteUnreadable = (layer) => (body) => body.replaceChildren(make("p", {}, t("attached.unreadable", { type: plain(layer.media_type) })));

/**
 * The folds of the chosen platform's attestations. `mark(digest, words)` is told, for each platform,
 * what its attestations are; one that can't be read is a fold that says so.
 */
export const attestationFolds = async (where, platforms, chosen, mark, signal) => {
  const folds = [];
  await Promise.all(platforms.map(async (platform) => {
    const views = await Promise.allSettled(platform.attestations.map((digest) => ask({ ...where, digest }, "", { signal })));
    const read = views.filter((v) => v.status === "fulfilled").map((v) => v.value);
    const names = read.flatMap((view) => view.layers.map((layer) => formOf(layer.annotations?.[PREDICATE] ?? "")[2]));
    mark(platform.digest, [...new Set(names)].filter(Boolean).map((name) => t(name)).join(", "));
    if (platform !== chosen) return;
    folds.push(...read.flatMap((view) => layerFolds(where, view, platform.platform)));
    const failed = views.filter((v) => v.status === "rejected" && v.reason.name !== "AbortError");
    folds.push(...failed.map(({ reason }) => fold(t("attached.attestation"), platform.platform, null, () => { throw reason; })));
  }));
  return folds;
};

const referrerFold = (where, descriptor) => fold(
  titleOf(descriptor.artifact_type || descriptor.media_type), t("attached.whole"), descriptor.size_bytes,
  async (body) => {
    const at = { ...where, digest: descriptor.digest };
    const view = await ask(at, "");
    const href = link("manifest.html", at);
    body.replaceChildren(make("p", {}, make("a", { class: "link", href }, t("attached.open"))), ...layerFolds(where, view, ""));
  });

const tagFold = (where, tag) => {
  const isSignature = tag.endsWith(".sig");
  return fold(titleOf(tag), t("attached.whole"), null, async (body) => {
    const at = { ...where, tag };
    const view = await ask(at, "manifest");
    const href = link("manifest.html", at);
    const note = make("p", {}, `${t("attached.stored_as")} `, make("a", { class: "link code", href }, plain(tag)), ". ", isSignature ? t("attached.not_verified") : "");
    body.replaceChildren(note, ...(isSignature ? [] : layerFolds(where, view, "")));
  });
};

/** The folds of everything that names this digest as its subject, and how many signatures there are. */
export const referrerFolds = async (where, digest, signal) => {
  const { referrers, related_tags } = await ask({ ...where, digest }, "referrers", { signal });
  const signatures = [...referrers.map((r) => r.artifact_type ?? ""), ...related_tags]
    .filter((type) => formOf(type)[1] === SIGNATURE).length;
  return {
    signatures,
    folds: [
      ...referrers.map((descriptor) => referrerFold(where, descriptor)),
      ...related_tags.map((tag) => tagFold(where, tag)),
    ],
  };
};
