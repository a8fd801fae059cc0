/** The facts beside the manifest, and the pairs of its configuration: all of it hostile text. */
import { formats, make, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { bullets, excerpt, plain } from "./excerpt.js";

/** Nodes of an http(s) address, a link, or of any other text. */
export const linked = (value) => {
  const text = plain(value);
  if (!/^https?:\/\/[^\s]+$/.test(text) || !URL.canParse(text)) return excerpt(value);
  return [make("a", { class: "link", href: text, rel: "noreferrer noopener" }, text.replace(/^https?:\/\//, ""))];
};

/** A `<div><dt><dd>` of a definition list; `className` goes on the `dd`. */
export const pair = (name, nodes, className = "") =>
  make("div", {}, make("dt", {}, name), make("dd", { class: className }, ...[nodes].flat()));

/** A `<time>` with the exact moment in its title. */
export const timeOf = (iso) => make("time", { dateTime: iso, title: formats.exact(iso) }, formats.age(iso));

/** A button that shows 12 digits of a digest and copies the whole. */
export const digestButton = (digest) => make("button", {
  class: "digest", type: "button", title: digest, "data-copy": digest,
  "aria-label": t("copy.digest_of", { digest: shortDigest(digest) }),
}, shortDigest(digest));

const isFilled = (value) => value && (typeof value !== "object" || Object.keys(value).length > 0);
// A command as it is written in a shell.
const words = (value) => excerpt(Array.isArray(value) ? value.map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(" ") : value);
const assigned = (map) => bullets(Object.entries(map), ([key, value]) => [`${plain(key)}=`, ...linked(value)]);

/** The configuration of an image as pairs; what it does not state is left out. */
export const configPairs = (image, annotations) => [
  ["manifest.entrypoint", image?.entrypoint, words],
  ["manifest.command", image?.cmd, words],
  ["manifest.user", image?.user, excerpt],
  ["manifest.working_dir", image?.working_dir, excerpt],
  ["manifest.ports", image?.exposed_ports, bullets],
  ["manifest.volumes", image?.volumes, bullets],
  ["manifest.stop_signal", image?.stop_signal, excerpt],
  ["manifest.healthcheck", image?.healthcheck?.Test, words],
  ["manifest.author", image?.author, excerpt],
  ["manifest.environment", image?.env, bullets],
  ["manifest.labels", image?.labels, assigned],
  ["manifest.annotations", annotations, assigned],
].filter(([, value]) => isFilled(value)).map(([key, value, show]) => pair(t(key), show(value), "code"));

const KNOWN = {
  "manifest.source": "org.opencontainers.image.source",
  "manifest.revision": "org.opencontainers.image.revision",
};

/** The facts that labels or annotations state: where the source is, and its revision. */
export const sourcePairs = (view) => Object.entries(KNOWN).flatMap(([key, name]) => {
  const value = view.annotations?.[name] ?? view.image?.labels?.[name];
  return value ? [pair(t(key), linked(value), "code")] : [];
});

const KINDS = {
  chart: "kind.chart", artifact: "kind.artifact", signature: "kind.signature",
  attestation: "kind.attestation", placeholder: "kind.placeholder", unknown: "kind.unknown",
};

const kindOfIndex = ({ platforms, members }) => (members.length && !platforms.length
  ? t("manifest.kind_members", { n: members.length }) : t("manifest.kind_index", { n: platforms.length }));

/** What kind of manifest it is, in words. */
export const kindOf = (view) => (view.kind === "index" ? kindOfIndex(view) : t(KINDS[view.kind] ?? "manifest.kind_image"));

/** Sizes: of the chosen platform, and of everything that the manifest pins. */
export const sizePair = (view, chosen, name) => {
  const stored = formats.size(view.size_bytes);
  if (view.kind !== "index" || !chosen) return pair(t("manifest.size"), stored);
  const soft = t("manifest.size_stored", { platform: name, size: stored });
  return pair(t("manifest.size"), [`${formats.size(chosen.size_bytes)} `, make("span", { class: "soft" }, soft)]);
};

/** When it was built, exact first. */
export const builtPair = ({ created }) => {
  if (!created) return pair(t("manifest.built"), t("manifest.unknown_date"));
  const time = make("time", { dateTime: created, title: formats.exact(created) }, formats.local(created));
  const age = formats.age(created);
  const isRecent = age !== formats.date(created);
  return pair(t("manifest.built"), [time, ...(isRecent ? [" ", make("span", { class: "soft" }, age)] : [])]);
};
