/** What is found of targets before anything is asked: their images, the plans, what moved meanwhile. */
import { ApiError } from "../lib/api.js";
import { groupTargets, inOrder, isBlocked, listMoved } from "./groups.js";
import { planGroup, resolveTargets } from "./steps.js";

/** What to ask about instead of a tag that moved: the image that was looked at, else the tag's own. */
const atPresent = ({ tag, digest }) => (digest ? { digest } : { tag });

/** Plans each image on one walk over the tags: after the first the others take what it read. */
const planAll = async (where, groups, signal, onProgress, isAnew) => {
  const progress = (checked, total) => onProgress(checked, total, groups.length > 1);
  progress(0, 0);
  for (const [at, group] of groups.entries()) {
    await planGroup(where, group, signal, progress, isAnew && !at ? "new" : "recent");
  }
};

/**
 * Answers `groups` to ask about, in the order of their deletion; `left`, those of which nothing can
 * go, unless all are so; the `tags` of `groups`, and those of them that are left `out` again; the `targets` as they are now; `isChanged`, whether
 * they are others than were given. `isAnew` takes nothing from earlier walks;
 * `onProgress(checked, total, isMany)`.
 */
export const find = async (where, targets, signal, onProgress, isAnew, isSecond = false) => {
  const found = groupTargets(await resolveTargets(where, targets, signal));
  if (!found.length) throw new ApiError("MANIFEST_UNKNOWN");
  await planAll(where, found, signal, onProgress, isAnew);
  const moved = found.flatMap(listMoved);
  if (moved.length) {
    if (isSecond) throw new ApiError("TAG_MOVED");
    const present = targets.map((target) => (moved.includes(target.tag) ? atPresent(target) : target));
    return { ...await find(where, present, signal, onProgress, true, true), isChanged: true };
  }
  const left = found.filter(isBlocked);
  const groups = left.length === found.length ? found : inOrder(found.filter((group) => !isBlocked(group)));
  return { targets, groups, left, tags: groups.flatMap((group) => group.tags), out: new Set(), isChanged: false };
};
