/** Which tags hold a manifest: asked only on demand, since it costs a request per tag. */
import { isAbort } from "../lib/api.js";
import { walk } from "../lib/ask.js";
import { make, say, t } from "../lib/dom.js";
import { link } from "../lib/url.js";
import { adviceOn, titleOf } from "../elements/messages.js";
import { BATCH, drawFirst, plain } from "./excerpt.js";

const HOLDERS = { tags: [{ tag: "", as: "", "platform?": "" }], checked: 0, total: 0, "next?": "" };

const tagLink = (where, current, tag, query) => (tag === current
  ? make("span", {}, tag)
  : make("a", { class: "link", href: link("manifest.html", { ...where, tag, ...query }) }, tag));

/** What a manifest is to the indexes that hold it: `[{platform, as, tags}]`. */
const partsOf = (holders) => {
  const parts = new Map();
  for (const { tag, as, platform } of holders.values()) {
    if (as === "manifest") continue;
    const key = platform ?? as;
    if (!parts.has(key)) parts.set(key, { as, platform, tags: [] });
    parts.get(key).tags.push(tag);
  }
  return [...parts.values()];
};

/** "Part of 1.4, latest as linux/arm64". */
const partRow = (where, digest) => ({ as, platform, tags }) => {
  const list = make("span", { class: "chain" });
  drawFirst(list, tags, (tag) => tagLink(where, null, tag, platform && { platform: digest }));
  const what = platform ? plain(platform) : t(`manifest.part_${as === "attestation" ? as : "child"}`);
  return make("div", {}, ...say("manifest.part_of", { tags: list, platform: what }));
};

/** Fills `cell` with the tags that hold a digest, `current` among them, as they are found; `find` is the button that asked. */
export const findTags = async (where, current, digest, cell, find) => {
  find.disabled = true;
  const found = new Set(current ? [current] : []);
  const holders = new Map();
  const links = () => [...found].slice(0, BATCH).map((tag) => tagLink(where, current, tag));
  try {
    for await (const page of walk({ ...where, digest }, "tags", { query: { walk: "recent" }, shape: HOLDERS })) {
      for (const holder of page.tags) {
        holders.set(holder.tag, holder);
        if (holder.as === "manifest") found.add(holder.tag);
      }
      find.textContent = t("manifest.finding_tags", { n: page.total, checked: page.checked });
      cell.replaceChildren(...links(), ...(page.next ? [find] : []));
    }
    if (found.size > BATCH) drawFirst(cell, [...found], (tag) => tagLink(where, current, tag));
    const parts = make("div");
    drawFirst(parts, partsOf(holders), partRow(where, digest));
    cell.append(parts);
    if (!holders.size && !current) cell.textContent = t("manifest.no_tags");
  } catch (error) {
    find.disabled = false;
    find.textContent = t("common.retry");
    cell.replaceChildren(...links(), find);
    if (!isAbort(error)) find.before(make("span", { class: "soft" }, titleOf(error, where.registry), ". ", ...adviceOn(error)));
  }
};
