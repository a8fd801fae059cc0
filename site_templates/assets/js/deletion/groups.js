/** Targets by image, and what their plans allow; pure. */

/** Stands for the image of a tag that names nothing; no manifest has it, so a tag that names one has moved. */
export const NOTHING = `sha256:${"0".repeat(64)}`;

/** `[{digest, tags, summary}]`: the targets by image. */
export const groupTargets = (targets) => {
  const groups = new Map();
  for (const { tag, digest, summary } of targets) {
    if (!groups.has(digest)) groups.set(digest, { digest, summary, tags: [] });
    if (tag) groups.get(digest).tags.push(tag);
  }
  return [...groups.values()];
};

/** Each image before the indexes and referrers that its plan names: without them, that plan is another. */
export const inOrder = (groups) => {
  const byDigest = new Map(groups.map((group) => [group.digest, group]));
  const seen = new Set();
  const ordered = [];
  const visit = (group) => {
    if (!group || seen.has(group)) return;
    seen.add(group);
    for (const digest of [...group.plan.parents, ...group.plan.referrers]) visit(byDigest.get(digest));
    ordered.unshift(group);
  };
  [...groups].reverse().forEach(visit);
  return ordered;
};

/** The group's tags that were on its image when the page saw them and are elsewhere by now. */
export const listMoved = ({ plan, tags }) => (plan.complete ? tags.filter((tag) => !plan.tags.includes(tag)) : []);

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
  const { digest, plan, manifest, holders = [] } = group;
  const isImage = plan.allowed && (choice === "image" || isWhole(group) || !freeTags(group).length);
  return isImage
    ? [{ digest, manifest, isImage, kind: plan.kind, tags: plan.tags, plan: plan.plan, children: plan.children?.length, holders }]
    : freeTags(group).map((tag) => ({ digest, manifest, isImage, kind: plan.kind, tags: [tag] }));
};

/** Whether an error means that the plan no longer holds. */
export const isConflict = ({ code }) => code === "PLAN_CHANGED" || code === "TAG_MOVED";
