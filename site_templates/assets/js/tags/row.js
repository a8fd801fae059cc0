/** One row of the tags table: filled in place, so that focus and hover survive. */
import { all, one, stamp, write } from "../lib/dom.js";
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
  write(narrow, names.length > 1 ? t("tags.platforms", { n: names.length }) : shortPlatform(names[0] ?? ""));
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
const FIGURES = ["platforms", "size", "built", "digests"];

const createParts = (model, tag) => {
  const parts = stamp("tag-row");
  parts.root.dataset.tag = tag;
  parts.open.href = link("manifest.html", { ...model.where, tag });
  parts.check.setAttribute("aria-label", t("tags.select_one", { tag }));
  parts.menu.setAttribute("aria-label", t("tags.actions_for", { tag }));
  parts.bars = all(".pending", parts.root);
  filled.set(parts.root, parts);
  return parts;
};

/** Marks what the inventory protects; its globs may come later than the row. */
const fillLock = (parts, model, tag) => {
  if (parts.protect === model.registry.protect) return;
  parts.protect = model.registry.protect;
  const glob = model.protectedBy(tag);
  parts.lock.hidden = !glob;
  parts.lock.title = glob ? t("tags.protected_by", { glob }) : "";
};

/** What stands across a row that has no figures: `[part, text, title]`. */
const noteOf = (model, tag, summary) => {
  const state = model.states.get(tag);
  if (state) return ["said", state, ""];
  if (summary?.error) return ["failed", titleOf(summary.error, model.where.registry), `${summary.error.code}: ${summary.error.message ?? ""}`];
  if (summary?.kind === "placeholder") return ["unfinished", t("tags.unfinished"), t("tags.unfinished_why")];
  return null;
};

/** Puts words across the row, or takes them away; few rows ever need the cell. */
const fillNote = (parts, tag, note) => {
  if (!note) return parts.note?.root.remove();
  if (!parts.note) {
    parts.note = stamp("tag-note");
    parts.note.again.setAttribute("aria-label", t("tags.retry_one", { tag }));
  }
  const cell = parts.note;
  const [kind, text, title] = note;
  for (const part of ["said", "failed", "unfinished"]) cell[part].hidden = part !== kind;
  cell.again.hidden = kind !== "failed";
  cell.finish.hidden = kind !== "unfinished";
  write(one("[data-text]", cell[kind]), text);
  cell[kind].title = title;
  if (!cell.root.isConnected) parts.digests.after(cell.root);
};

/** Fills the row of `tag` out of the page's model; `row` is the one it had before. */
export const renderRow = (model, tag, row) => {
  const parts = filled.get(row) ?? createParts(model, tag);
  const summary = model.summaries.known.get(tag);
  const note = noteOf(model, tag, summary);
  const isKnown = summary && !note;
  const isSelected = model.selected.has(tag);
  if (parts.query !== model.state.q) fillName(parts.name, tag, parts.query = model.state.q);
  fillLock(parts, model, tag);
  parts.check.checked = isSelected;
  parts.check.disabled = model.states.has(tag);
  parts.root.classList.toggle("chosen", isSelected);
  parts.root.classList.toggle("deleting", model.states.has(tag));
  parts.root.classList.toggle("sibling", !!summary?.digest && model.marked === summary.digest);
  for (const part of FIGURES) parts[part].hidden = !!note;
  for (const part of [parts.wide, parts.narrow, parts.bytes, parts.time, parts.digest]) part.hidden = !isKnown;
  for (const part of parts.bars) part.hidden = !!summary;
  write(parts.kind, isKnown ? kindName(summary.kind) : "");
  fillNote(parts, tag, note);
  if (isKnown) {
    fillPlatforms(parts, summary);
    fillSize(parts, summary, model.state.platform);
    fillBuilt(parts, summary);
    fillDigest(parts, summary, model.siblingsOf(tag, summary.digest));
  } else parts.siblings.hidden = true;
  return parts.root;
};
