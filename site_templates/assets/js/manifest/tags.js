/** Which tags point at a manifest: asked only on demand, since it costs a request per tag. */
import { registryPath, request } from "../lib/api.js";
import { make, t } from "../lib/dom.js";
import { link, walkPages } from "../lib/url.js";
import { adviceOn } from "../elements/messages.js";

const tagLink = ({ registry, repository, tag: current }, tag) => (tag === current
  ? make("span", {}, tag)
  : make("a", { class: "link", href: link("manifest.html", { registry, repository, tag }) }, tag));

/** Fills `cell` with the tags of a digest as they are found; `find` is the button that asked. */
export const findTags = async (where, digest, cell, find) => {
  find.disabled = true;
  const found = new Set(where.tag ? [where.tag] : []);
  const links = () => [...found].map((tag) => tagLink(where, tag));
  try {
    const plan = `${registryPath(where.registry, where.repository)}/manifests/${digest}/deletion-plan`;
    for await (const page of walkPages(request, plan)) {
      page.tags.forEach((tag) => found.add(tag));
      find.textContent = t("manifest.finding_tags", { n: page.total, checked: page.checked });
      cell.replaceChildren(...links(), ...(page.next ? [find] : []));
    }
    if (!found.size) cell.textContent = t("manifest.no_tags");
  } catch (error) {
    find.disabled = false;
    find.textContent = t("common.retry");
    cell.replaceChildren(...links(), make("span", { class: "soft" }, ...adviceOn(error)), find);
  }
};
