/** Which tags point at a manifest: asked only on demand, since it costs a request per tag. */
import { isAbort, registryPath, request } from "../lib/api.js";
import { make, t } from "../lib/dom.js";
import { link, walkPages } from "../lib/url.js";
import { adviceOn, titleOf } from "../elements/messages.js";
import { BATCH, drawFirst } from "./excerpt.js";

const PLAN = { tags: [""], checked: 0, total: 0, "next?": "" };

const tagLink = ({ registry, repository, tag: current }, tag) => (tag === current
  ? make("span", {}, tag)
  : make("a", { class: "link", href: link("manifest.html", { registry, repository, tag }) }, tag));

/** Fills `cell` with the tags of a digest as they are found; `find` is the button that asked. */
export const findTags = async (where, digest, cell, find) => {
  find.disabled = true;
  const found = new Set(where.tag ? [where.tag] : []);
  const links = () => [...found].slice(0, BATCH).map((tag) => tagLink(where, tag));
  try {
    const plan = `${registryPath(where.registry, where.repository)}/manifests/${digest}/deletion-plan`;
    for await (const page of walkPages(request, plan, { shape: PLAN })) {
      page.tags.forEach((tag) => found.add(tag));
      find.textContent = t("manifest.finding_tags", { n: page.total, checked: page.checked });
      cell.replaceChildren(...links(), ...(page.next ? [find] : []));
    }
    if (!found.size) cell.textContent = t("manifest.no_tags");
    else if (found.size > BATCH) drawFirst(cell, [...found], (tag) => tagLink(where, tag));
  } catch (error) {
    find.disabled = false;
    find.textContent = t("common.retry");
    cell.replaceChildren(...links(), find);
    if (!isAbort(error)) find.before(make("span", { class: "soft" }, titleOf(error, where.registry), ". ", ...adviceOn(error)));
  }
};
