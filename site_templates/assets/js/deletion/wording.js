/** What the dialog says of tags, of what else feels a deletion, and on its button. */
import { t } from "../lib/dom.js";
import { sortVersions } from "../lib/version-order.js";
import { nameList } from "./undo.js";

/** `latest, 1.4.2 and 3 more`. */
export const listTags = (tags) => nameList(sortVersions(tags));

const MOST_PARTS = 5;

/** `1.4 and latest lose linux/arm64. `: whose indexes break without an image, by what it is to them. */
export const losses = (groups) => {
  const parts = new Map();
  for (const { tag, as, platform } of groups.flatMap(({ holders = [] }) => holders)) {
    const part = platform ?? t(as === "attestation" ? "manifest.part_attestation" : "manifest.part_child");
    parts.set(part, [...parts.get(part) ?? [], tag]);
  }
  return [...parts].slice(0, MOST_PARTS).map(([part, tags]) => ` ${t("deletion.loses", { n: tags.length, tags: listTags(tags), part })}`).join("");
};

/** `2 platforms, 1 signature`: what else feels it. */
export const affected = (groups) => {
  const sum = (count) => groups.reduce((total, group) => total + count(group), 0);
  const isSignature = (tag) => tag.endsWith(".sig");
  const counts = {
    platforms: sum(({ summary }) => summary?.platforms.length ?? 0),
    signatures: sum(({ plan }) => plan.related_tags.filter(isSignature).length),
    attached: sum(({ plan }) => plan.referrers.length + plan.related_tags.filter((tag) => !isSignature(tag)).length),
  };
  const KEYS = { platforms: "deletion.platforms", signatures: "deletion.signatures", attached: "deletion.attached" };
  const words = Object.entries(counts).filter(([, n]) => n).map(([key, n]) => t(KEYS[key], { n })).join(", ");
  return (words ? t("deletion.affects", { words }) : ".") + losses(groups);
};

/** What the button does: how many steps, images among them, and tags. */
export const buttonText = (steps, images, tags) => {
  if (!images) return t(tags > 1 ? "deletion.remove_tags" : "deletion.remove_tag", { n: tags });
  if (images < steps.length) return t("deletion.delete_tags", { n: tags });
  if (images > 1) return t("deletion.delete_images", { n: images });
  return t(tags > 1 ? "deletion.delete_image_and" : "deletion.delete_image", { n: tags });
};
