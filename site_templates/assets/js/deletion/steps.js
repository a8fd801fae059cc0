/** Which requests a deletion comes to; pure but for reading plans. */
import { ApiError, registryPath, request, withQuery } from "../lib/api.js";
import { takeBatch, walkPages } from "../lib/url.js";

const manifestPath = ({ registry, repository }, digest) => `${registryPath(registry, repository)}/manifests/${digest}`;

/** Follows a plan to its end; `onProgress(checked, total)` hears of each part. */
const readPlan = async (where, digest, signal, onProgress) => {
  let plan;
  const parts = walkPages(request, `${manifestPath(where, digest)}/deletion-plan`, { signal, fresh: true });
  for await (plan of parts) onProgress(plan.checked, plan.total);
  return plan;
};

/** The manifest's exact text and type, for undo; null where it can't be had. */
const readManifest = async (where, digest, signal) => {
  try {
    const { raw, media_type } = await request(manifestPath(where, digest), { signal });
    return { raw, media_type };
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
};

/** Fills in what is not known of targets yet: which digest a tag names. Unknown tags are left out. */
export const resolveTargets = async ({ registry, repository }, targets, signal) => {
  const path = `${registryPath(registry, repository)}/summaries`;
  const known = new Map();
  let waiting = targets.filter(({ digest, summary }) => !digest && !summary?.digest).map(({ tag }) => tag);
  while (waiting.length) {
    const batch = takeBatch(waiting);
    const answer = await request(withQuery(path, { tag: batch }), { signal, fresh: true });
    for (const summary of answer.summaries) known.set(summary.tag, summary);
    if (answer.pending.length === batch.length) throw new ApiError("REGISTRY_TIMEOUT");
    waiting = [...answer.pending, ...waiting.slice(batch.length)];
  }
  return targets
    .map(({ tag, digest, summary = known.get(tag) }) => ({ tag, summary, digest: digest ?? summary?.digest ?? known.get(tag)?.digest }))
    .filter((target) => target.digest);
};

/** `[{digest, tags, summary}]`: the targets by image. */
export const groupTargets = (targets) => {
  const groups = new Map();
  for (const { tag, digest, summary } of targets) {
    if (!groups.has(digest)) groups.set(digest, { digest, summary, tags: [] });
    if (tag) groups.get(digest).tags.push(tag);
  }
  return [...groups.values()];
};

/** Adds `plan` (or `error`) and `manifest` to a group. */
export const planGroup = async (where, group, signal, onProgress = () => {}) => {
  const [plan, manifest] = await Promise.all([
    readPlan(where, group.digest, signal, onProgress), readManifest(where, group.digest, signal),
  ]);
  return Object.assign(group, { plan, manifest });
};

/** The group's tags that may go on their own. */
const freeTags = ({ plan, tags }) =>
  (plan.untag === "unsupported" ? [] : tags.filter((tag) => !plan.protected.includes(tag)));

/** Whether all that the image has is chosen, so that the image itself goes. */
export const isWhole = ({ plan, tags }) =>
  plan.allowed && !plan.parents.length && plan.tags.every((tag) => tags.includes(tag));

/** Whether nothing of the group can be deleted. */
export const isBlocked = (group) => !group.plan.allowed && !freeTags(group).length;

/** Whether "only these tags" and "the whole image" differ, and both are possible. */
export const hasChoice = (group) => group.plan.allowed && !isWhole(group) && freeTags(group).length > 0;

/** `[{digest, tags, isImage, …}]` for `choice` "tag" or "image"; each step is one request. */
export const stepsOf = (group, choice) => {
  const { digest, plan, manifest } = group;
  const isImage = plan.allowed && (choice === "image" || isWhole(group) || !freeTags(group).length);
  return isImage
    ? [{ digest, manifest, isImage, kind: plan.kind, tags: plan.tags, plan: plan.plan }]
    : freeTags(group).map((tag) => ({ digest, manifest, isImage, tags: [tag] }));
};

/** Runs one step; answers what the API says. */
export const runStep = (where, { digest, tags, isImage, plan }) => request(isImage
  ? withQuery(manifestPath(where, digest), { plan })
  : withQuery(`${registryPath(where.registry, where.repository)}/tags/${tags[0]}`, { digest }), { method: "DELETE" });

/** Whether an error means that the plan no longer holds. */
export const isConflict = ({ code }) => code === "PLAN_CHANGED" || code === "TAG_MOVED";

/** Puts a manifest back under its tags. */
export const restore = ({ registry, repository, digest, tags, raw, media_type }) => request(
  withQuery(manifestPath({ registry, repository }, digest), { tag: tags }),
  { method: "PUT", body: raw, type: media_type });
