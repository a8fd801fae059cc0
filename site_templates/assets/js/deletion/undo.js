/** What was deleted in this tab, kept so that it can be put back, and the banner that offers it. */
import { isAbort } from "../lib/api.js";
import { ask } from "../lib/ask.js";
import { lang, make, say, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { fits } from "../lib/shape.js";
import { adviceOn, banner, button, told } from "../elements/messages.js";
import { STATUS } from "../elements/status.js";
import { dismissal } from "./dismissal.js";
import { NOTES, UNDO, isMediaType, restore } from "./steps.js";

const KEY = "reglite.undo";
const NAMED_AT_MOST = 5;

const RECORDS = [{ registry: "", repository: "", digest: "", tags: [""], "raw?": "", "media_type?": isMediaType, "undo?": UNDO, "held?": [""], "notes?": NOTES }];

/** What the tab stored; anything else that stands there is as good as nothing. */
const readStored = () => {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY));
    return fits(stored, RECORDS) ? stored : [];
  } catch {
    return [];
  }
};

let kept = readStored();

const store = () => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // More than the tab may store: undo still works until the page is left.
    sessionStorage.removeItem(KEY);
  }
};

const isOf = ({ registry, repository }) => (record) =>
  record.registry === registry && record.repository === repository;

/** Keeps what a step removed; `manifest` is null where it could not be read. */
export const keep = (where, { digest, manifest, tags, isImage, undo, held, notes }) => {
  kept.push({ ...where, ...manifest, digest, tags, isImage, undo, held, notes });
  store();
};

const forget = (records) => {
  kept = kept.filter((record) => !records.includes(record));
  store();
};

// The British list has no comma before "and".
const lists = new Intl.ListFormat(lang === "en" ? "en-GB" : lang, { type: "conjunction" });

/** `a, b and 3 more` of names, as bold nodes would be too many. */
export const nameList = (names) => (names.length <= NAMED_AT_MOST
  ? lists.format(names)
  : t("deletion.and_more", { names: names.slice(0, NAMED_AT_MOST).join(", "), n: names.length - NAMED_AT_MOST }));

const namesOf = (records) => nameList(records.flatMap(({ tags, digest }) => (tags.length ? tags : [digest.slice(0, 19)])));

/** Puts records back in rounds, as an index only comes back after its platforms. */
const putBack = async (records, onRestored) => {
  const left = [], gone = [];
  let failed = records.map((record) => [record]);
  for (let before = Infinity; failed.length && failed.length < before;) {
    before = failed.length;
    const waiting = failed;
    failed = [];
    for (const [record] of waiting) {
      try {
        const { kept: again, lost } = await restore(record);
        left.push(...again);
        gone.push(...lost);
        if (!lost.length) forget([record]);
      } catch (error) {
        if (!isAbort(error)) failed.push([record, error]);
      }
    }
  }
  onRestored();
  return { failed, left, gone };
};

/** The server's own words on how space comes back, where the registry was recognised. */
const collectionHint = async (registry) => {
  const { hints } = await ask({ registry }, "status", { shape: STATUS });
  return hints.find((hint) => /garbage/i.test(hint));
};

/** Shows the offer to undo in `place`, with all that this tab removed here; nothing, nothing shown. */
export const showUndo = (place, where, onRestored) => {
  const records = kept.filter(isOf(where));
  const usable = records.filter((record) => record.raw);
  place.replaceChildren();
  if (!records.length) return;
  const [lead] = records;
  const held = records.flatMap((record) => record.held ?? []);
  const isTag = records.length === 1 && !lead.isImage;
  const n = records.flatMap((record) => record.tags).length;
  const names = make("b", { class: "name" }, namesOf(records));
  const what = isTag ? say("undo.removed_tag", { tag: names, repository: where.repository })
    : say("undo.removed_tags", { n, tags: names, repository: where.repository });
  const undo = button(t("undo.undo"), async () => {
    undo.setAttribute("aria-disabled", "true");
    const { failed, left, gone } = await putBack(usable, onRestored);
    showUndo(place, where, onRestored);
    if (left.length) place.append(banner("warn", "warning", [t("undo.kept", { n: left.length, tags: nameList(left) })], dismissal()));
    if (gone.length) place.append(banner("danger", "error", [t("undo.lost", { tags: nameList(gone) })], dismissal()));
    for (const [record, error] of failed) {
      place.append(banner("danger", "error", [t("undo.failed", { tags: namesOf([record]) }), " ", ...adviceOn(error), " ",
        make("code", {}, error.code)], dismissal()));
    }
  }, { glyph: "undo" });
  const hint = make("span");
  place.append(banner("done", "check",
    [...what, " ", t(usable.length ? "undo.until" : "undo.impossible"), " ",
      held.length ? t("undo.held", { n: held.length, digests: nameList(held.map(shortDigest)) }) : "", " ", hint],
    ...(usable.length ? [undo] : []), dismissal(() => forget(records))));
  for (const { code, params } of records.flatMap(({ notes }) => notes ?? [])) {
    place.append(banner("warn", "warning", [t("undo.note", { code, tags: nameList(params.tags) })], dismissal()));
  }
  if (records.some((record) => record.isImage)) {
    collectionHint(where.registry).then((text) => hint.append(told(text)), (error) => isAbort(error) || hint.remove());
  }
};
