/** One row of the tags table: filled in place, so that focus and hover survive. */
import { all, formats, icon, stamp, t, write } from "../lib/dom.js";
import { shortDigest, shortPlatform } from "../lib/format.js";
import { link } from "../lib/url.js";
import { fillName } from "../elements/list.js";

const KINDS = {
  chart: "kind.chart", artifact: "kind.artifact", signature: "kind.signature",
  attestation: "kind.attestation", placeholder: "kind.placeholder", unknown: "kind.unknown",
};
const NOTHING = "–";
// So many names in a title, so many characters of a platform: a registry may hold ten thousand, and each row has a title.
const MOST = 32;

/** The first of `n` names. */
const listSome = (names, n) => names.join(", ") + (n > names.length ? ", …" : "");

/** The word for a kind; images and indexes need none. */
const kindName = (kind) => (KINDS[kind] ? t(KINDS[kind]) : "");

/** The platform whose size is shown: the chosen one; by default linux/amd64 or the first. */
const pickPlatform = ({ platforms }, chosen) => {
  const find = (name) => platforms.find(({ platform }) => platform === name);
  if (chosen === "first") return platforms[0];
  return chosen ? find(chosen) : find("linux/amd64") ?? platforms[0];
};

/** The size a row shows, in bytes; null if the image lacks the chosen platform. */
export const sizeOf = (summary, chosen) =>
  summary.platforms.length ? pickPlatform(summary, chosen)?.size_bytes ?? null : summary.size_bytes;

const fillPlatforms = ({ platforms, wide, narrow }, summary) => {
  const n = summary.platforms.length;
  const names = summary.platforms.slice(0, MOST).map((each) => each.platform.slice(0, MOST));
  const more = n > 2 ? ` +${n - 2}` : "";
  write(wide, names.slice(0, 2).map(shortPlatform).join(", ") + more || NOTHING);
  write(narrow, n > 1 ? t("tags.platforms", { n }) : shortPlatform(names[0] ?? ""));
  platforms.title = listSome(names, n);
};

const fillSize = ({ size, bytes }, summary, platform) => {
  const shown = sizeOf(summary, platform);
  write(bytes, shown === null ? NOTHING : formats.size(shown));
  const n = summary.platforms.length;
  const whole = formats.size(summary.size_bytes);
  size.title = n > 1 ? t("tags.stored_for", { n, size: whole }) : t("tags.stored", { size: whole });
};

const fillBuilt = ({ built, time }, { created, unread }) => {
  write(time, created ? formats.age(created) : NOTHING);
  time.dateTime = created ?? "";
  time.title = created ? formats.exact(created) : "";
  built.title = unread?.[0]?.message ?? (created ? "" : t("tags.no_date"));
};

/** Puts a glyph before words once they show: each costs a row more than its text does. */
const showGlyph = (element, name) => {
  if (!element.hidden && element.firstElementChild.tagName !== "svg") element.prepend(icon(name));
};

const fillDigest = ({ digest, siblings, more }, { digest: whole }, others) => {
  siblings.hidden = !others.length;
  const names = listSome(others.slice(0, MOST), others.length);
  siblings.title = names;
  siblings.ariaLabel = t("tags.siblings", { n: others.length, names });
  write(more, `+${others.length}`);
  showGlyph(siblings, "link");
  if (digest.dataset.copy === whole) return;
  digest.dataset.copy = digest.title = whole;
  write(digest, shortDigest(whole));
  digest.ariaLabel = t("copy.digest_of", { digest: shortDigest(whole) });
};

const filled = new WeakMap();
const FIGURES = ["platforms", "size", "built", "digests"];

const createParts = (model, tag) => {
  const parts = stamp("tag-row");
  parts.root.dataset.tag = tag;
  parts.open.href = link("manifest.html", { ...model.where, tag });
  parts.check.ariaLabel = t("tags.select_one", { tag });
  parts.menu.ariaLabel = t("tags.actions_for", { tag });
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
  showGlyph(parts.lock, "lock");
};

let notes;
let coming;

/** Puts words across a row that has no figures, or takes them away; few rows ever need them. */
const fillNote = (model, parts, tag, summary) => {
  const isNeeded = model.states.has(tag) || summary?.error || summary?.kind === "placeholder";
  if (isNeeded) coming ??= import("./note.js").then((module) => {
    notes = module;
    model.draw();
  });
  if (!isNeeded) parts.note?.root.remove();
  else notes?.fillNote(model, parts, tag, summary);
  return !!isNeeded;
};

/** Fills the row of `tag` out of the page's model; `row` is the one it had before. */
export const renderRow = (model, tag, row) => {
  const parts = filled.get(row) ?? createParts(model, tag);
  const summary = model.summaries.known.get(tag);
  const isNoted = fillNote(model, parts, tag, summary);
  const isKnown = summary && !isNoted;
  const isSelected = model.selected.has(tag);
  if (parts.query !== model.mark) fillName(parts.name, tag, parts.query = model.mark);
  fillLock(parts, model, tag);
  parts.check.checked = isSelected;
  parts.check.disabled = model.states.has(tag);
  parts.root.classList.toggle("chosen", isSelected);
  parts.root.classList.toggle("deleting", model.states.has(tag));
  parts.root.classList.toggle("sibling", !!summary?.digest && model.marked === summary.digest);
  for (const part of FIGURES) parts[part].hidden = isNoted;
  for (const part of [parts.wide, parts.narrow, parts.bytes, parts.time, parts.digest]) part.hidden = !isKnown;
  for (const part of parts.bars) part.hidden = !!summary;
  write(parts.kind, isKnown ? kindName(summary.kind) : (!notes && summary?.error?.code) || "");
  if (isKnown) {
    fillPlatforms(parts, summary);
    fillSize(parts, summary, model.state.platform);
    fillBuilt(parts, summary);
    fillDigest(parts, summary, model.siblingsOf(tag, summary.digest));
  } else parts.siblings.hidden = true;
  return parts.root;
};
