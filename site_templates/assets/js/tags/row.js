/** One row of the tags table: filled in place, so that focus and hover survive. */
import { stamp, write } from "../lib/dom.js";
import { shortDigest, shortPlatform } from "../lib/format.js";
import { formats, t } from "../lib/i18n.js";
import { link } from "../lib/url-state.js";
import { titleOf } from "../elements/messages.js";
import { fillName } from "../elements/name.js";

const KINDS = {
  chart: "kind.chart", artifact: "kind.artifact", signature: "kind.signature",
  attestation: "kind.attestation", placeholder: "kind.placeholder", unknown: "kind.unknown",
};
const NOTHING = "–";

/** The word for a kind; images and indexes need none. */
export const kindName = (kind) => (KINDS[kind] ? t(KINDS[kind]) : "");

/** The platform whose size is shown: the chosen one; by default linux/amd64 or the first. */
export const pickPlatform = ({ platforms }, chosen) => {
  const find = (name) => platforms.find(({ platform }) => platform === name);
  if (chosen === "first") return platforms[0];
  return chosen ? find(chosen) : find("linux/amd64") ?? platforms[0];
};

/** The size a row shows, in bytes; null if the image lacks the chosen platform. */
export const sizeOf = (summary, chosen) =>
  summary.platforms.length ? pickPlatform(summary, chosen)?.size_bytes ?? null : summary.size_bytes;

const fillPlatforms = ({ platforms, wide, narrow }, summary) => {
  const names = summary.platforms.map((each) => each.platform);
  const more = names.length > 2 ? ` +${names.length - 2}` : "";
  write(wide, names.slice(0, 2).map(shortPlatform).join(", ") + more || NOTHING);
  write(narrow, names.length > 1 ? t("tags.platforms", { n: names.length }) : names[0] ?? "");
  platforms.title = names.join(", ");
};

const fillSize = ({ size, bytes }, summary, platform) => {
  const shown = sizeOf(summary, platform);
  write(bytes, shown === null ? NOTHING : formats.size(shown));
  const n = summary.platforms.length;
  const whole = formats.size(summary.size_bytes);
  size.title = n > 1 ? t("tags.stored_for", { n, size: whole }) : t("tags.stored", { size: whole });
};

const fillBuilt = ({ built, time }, { created }) => {
  write(time, created ? formats.age(created) : NOTHING);
  time.dateTime = created ?? "";
  time.title = created ? formats.exact(created) : "";
  built.title = created ? "" : t("tags.no_date");
};

const fillDigest = ({ digest, siblings, more }, { digest: whole }, others) => {
  siblings.hidden = !others.length;
  const names = others.join(", ");
  siblings.title = names;
  siblings.setAttribute("aria-label", t("tags.siblings", { n: others.length, names }));
  write(more, `+${others.length}`);
  if (digest.dataset.copy === whole) return;
  digest.dataset.copy = digest.title = whole;
  write(digest, shortDigest(whole));
  digest.setAttribute("aria-label", t("copy.digest_of", { digest: shortDigest(whole) }));
};

const filled = new WeakMap();

const createParts = (model, tag) => {
  const parts = stamp("tag-row");
  parts.root.dataset.tag = tag;
  parts.open.href = link("manifest.html", { ...model.where, tag });
  for (const [part, key] of [[parts.check, "tags.select_one"], [parts.menu, "tags.actions_for"], [parts.again, "tags.retry_one"]]) {
    part.setAttribute("aria-label", t(key, { tag }));
  }
  const glob = model.protectedBy(tag);
  parts.lock.hidden = !glob;
  if (glob) parts.lock.title = t("tags.protected_by", { glob });
  return parts;
};

/** What stands across a row that has no figures: `[part, text, title]`. */
const noteOf = (model, tag, summary) => {
  const state = model.states.get(tag);
  if (state) return ["said", state, ""];
  if (summary?.error) return ["failed", titleOf(summary.error, model.where.registry), `${summary.error.code}: ${summary.error.message ?? ""}`];
  if (summary?.kind === "placeholder") return ["unfinished", t("tags.unfinished"), t("tags.unfinished_why")];
  return null;
};

/** Fills the row of `tag` out of the page's model; `row` is the one it had before. */
export const renderRow = (model, tag, row) => {
  const parts = filled.get(row) ?? createParts(model, tag);
  const summary = model.summaries.known.get(tag);
  const note = noteOf(model, tag, summary);
  const isKnown = summary && !note;
  if (parts.query !== model.state.q) fillName(parts.name, tag, parts.query = model.state.q);
  parts.check.checked = model.selected.has(tag);
  parts.check.disabled = model.states.has(tag);
  parts.root.classList.toggle("deleting", model.states.has(tag));
  parts.root.classList.toggle("sibling", !!summary?.digest && model.marked === summary.digest);
  parts.note.hidden = !note;
  for (const part of ["platforms", "size", "built", "digests"]) parts[part].hidden = !!note;
  for (const part of [parts.wide, parts.narrow, parts.bytes, parts.time, parts.digest]) part.hidden = !isKnown;
  for (const part of parts.root.querySelectorAll(".pending")) part.hidden = !!summary;
  write(parts.kind, isKnown ? kindName(summary.kind) : "");
  if (note) {
    for (const part of ["said", "failed", "unfinished"]) parts[part].hidden = part !== note[0];
    parts.again.hidden = note[0] !== "failed";
    parts.finish.hidden = note[0] !== "unfinished";
    write(parts[note[0]].querySelector("[data-text]"), note[1]);
    parts[note[0]].title = note[2];
  } else if (summary) {
    fillPlatforms(parts, summary);
    fillSize(parts, summary, model.state.platform);
    fillBuilt(parts, summary);
    fillDigest(parts, summary, model.siblingsOf(tag, summary.digest));
  } else parts.siblings.hidden = true;
  filled.set(parts.root, parts);
  return parts.root;
};
