/** The requests of a deletion: what its targets are, their plans, and what is done. */
import { ApiError, isAbort } from "../lib/api.js";
import { ask, walk } from "../lib/ask.js";
import { takeBatch } from "../lib/url.js";
import { NOTHING } from "./groups.js";

const PLAN = {
  "kind?": "", tags: [""], protected: [""], parents: [""], "children?": [""], referrers: [""], related_tags: [""], untag: "", allowed: true,
  "reason?": "", complete: true, checked: 0, total: 0, "next?": "", "plan?": "",
};
const SUMMARIES = {
  summaries: [{ tag: "", digest: "", platforms: [{}] }], failed: [{ tag: "", code: "", "message?": "" }], pending: [""],
};
/** For `shape`: what a header can carry, as the undo sends it back. */
export const isMediaType = (value) => typeof value === "string" && /^[ -~]+$/.test(value);

export const UNDO = [{ digest: "", raw: "", media_type: isMediaType }];
/** The shape of what is to be known of a deletion. */
export const NOTES = [{ code: "", params: { tags: [""] } }];
const DELETED = { "tags?": [""], "undo?": UNDO, "kept_children?": [{ digest: "" }], "notes?": NOTES };

/** Follows a plan to its end, on a "new" walk or a "recent" one; `onProgress(checked, total)` hears of each part. */
const readPlan = async (where, digest, signal, onProgress, which) => {
  let plan;
  const parts = walk({ ...where, digest }, "deletion-plan", { query: { walk: which }, signal, fresh: true, shape: PLAN });
  for await (plan of parts) onProgress(plan.checked, plan.total);
  return plan;
};

const HOLDERS = { tags: [{ tag: "", as: "", "platform?": "" }], "next?": "" };

/** The tags whose indexes hold the digest, `[{tag, as, platform}]`, on the walk that its plan was made on. */
const readHolders = async (where, digest, signal) => {
  const holders = new Map();
  for await (const { tags } of walk({ ...where, digest }, "tags", { query: { walk: "recent" }, signal, fresh: true, shape: HOLDERS })) {
    for (const holder of tags) holders.set(holder.tag, holder);
  }
  return [...holders.values()].filter(({ as }) => as !== "manifest");
};

/** The manifest's exact text and type, for undo; null where it can't be had. */
const readManifest = async (where, digest, signal) => {
  try {
    const { raw, media_type } = await ask({ ...where, digest }, "", { signal, shape: { raw: "", media_type: isMediaType } });
    return { raw, media_type };
  } catch (error) {
    if (isAbort(error)) throw error;
    return null;
  }
};

// Of a tag that names nothing, or is damaged: the API tells whether it really is.
const UNREADABLE = new Set(["MANIFEST_UNKNOWN", "REGISTRY_PROTOCOL"]);

/** Fills in what is not known of targets yet: which digest a tag names. What can't be read is left out. */
export const resolveTargets = async (where, targets, signal) => {
  const known = new Map();
  let waiting = targets.filter(({ digest, summary }) => !digest && !summary?.digest).map(({ tag }) => tag);
  while (waiting.length) {
    const batch = takeBatch(waiting);
    const answer = await ask(where, "summaries", { query: { tag: batch }, signal, fresh: true, shape: SUMMARIES });
    for (const summary of answer.summaries) known.set(summary.tag, summary);
    for (const { tag, code } of answer.failed) {
      if (UNREADABLE.has(code)) known.set(tag, { digest: NOTHING, platforms: [] });
    }
    if (answer.pending.length >= batch.length) throw new ApiError("REGISTRY_TIMEOUT");
    waiting = [...answer.pending, ...waiting.slice(batch.length)];
  }
  return targets.map(({ tag, digest, summary }) => {
    const read = summary?.digest ? summary : known.get(tag);
    return { tag, summary: read, digest: digest ?? read?.digest };
  }).filter((target) => target.digest);
};

// Of an image that is gone; its tags are elsewhere.
const GONE = { tags: [], protected: [], parents: [], referrers: [], related_tags: [], complete: true };

/** Adds `plan` and `manifest` to a group. */
export const planGroup = async (where, group, signal, onProgress, which) => {
  if (group.digest === NOTHING) {
    const plan = { ...GONE, kind: "placeholder", tags: group.tags, untag: "placeholder", allowed: false };
    return Object.assign(group, { plan, manifest: {} });
  }
  const plan = readPlan(where, group.digest, signal, onProgress, which).catch((error) => {
    if (error.code !== "MANIFEST_UNKNOWN" || !group.tags.length) throw error;
    return GONE;
  });
  const parts = await Promise.all([plan, readManifest(where, group.digest, signal)]);
  const holders = parts[0].parents.length ? await readHolders(where, group.digest, signal) : [];
  return Object.assign(group, { plan: parts[0], manifest: parts[1], holders });
};

/** Runs one step; answers what the API says. A tag that named nothing may be gone by itself. */
export const runStep = (where, { digest, tags, isImage, plan, children }) => (isImage
  ? ask({ ...where, digest }, "", { query: { plan, children: children ? "delete" : "keep" }, method: "DELETE", shape: DELETED })
  : ask({ ...where, tag: tags[0] }, "", { query: { digest }, method: "DELETE", shape: DELETED })).catch((error) => {
  if (digest !== NOTHING || error.code !== "MANIFEST_UNKNOWN") throw error;
  return {};
});

/**
 * Puts what an index held back, then the manifest under its tags, as many at a time as an address holds;
 * answers `kept` and `lost`.
 */
export const restore = async ({ registry, repository, digest, tags, raw, media_type, undo }) => {
  for (const child of undo ?? []) await restore({ registry, repository, tags: [], ...child });
  const at = { registry, repository, digest };
  const kept = [], lost = [];
  let waiting = tags;
  do {
    const batch = takeBatch(waiting);
    waiting = waiting.slice(batch.length);
    const options = { query: { tag: batch }, method: "PUT", body: raw, type: media_type, shape: { kept: [""], "lost?": [""] } };
    const answer = await ask(at, "", options);
    kept.push(...answer.kept);
    lost.push(...answer.lost ?? []);
  } while (waiting.length);
  return { kept, lost };
};
