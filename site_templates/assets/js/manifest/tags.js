/** Which tags point at a manifest: asked only on demand, since it costs a request per tag. */
import { walk } from "../lib/ask.js";
import { make, t } from "../lib/dom.js";
import { link } from "../lib/url.js";
import { adviceOn } from "../elements/messages.js";

const tagLink = (where, current, tag) => (tag === current
  ? make("span", {}, tag)
  : make("a", { class: "link", href: link("manifest.html", { ...where, tag }) }, tag));

/** Fills `cell` with the tags of a digest, `current` among them, as they are found; `find` is the button that asked. */
export const findTags = async (where, current, digest, cell, find) => {
  find.disabled = true;
  const found = new Set(current ? [current] : []);
  const links = () => [...found].map((tag) => tagLink(where, current, tag));
  try {
    for await (const page of walk({ ...where, digest }, "deletion-plan")) {
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
