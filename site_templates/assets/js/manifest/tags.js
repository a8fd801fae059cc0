/** Which tags point at a manifest: asked only on demand, since it costs a request per tag. */
import { isAbort } from "../lib/api.js";
import { walk } from "../lib/ask.js";
import { make, t } from "../lib/dom.js";
import { link } from "../lib/url.js";
import { adviceOn, titleOf } from "../elements/messages.js";
import { BATCH, drawFirst } from "./excerpt.js";

const PLAN = { tags: [""], checked: 0, total: 0, "next?": "" };

const tagLink = (where, current, tag) => (tag === current
  ? make("span", {}, tag)
  : make("a", { class: "link", href: link("manifest.html", { ...where, tag }) }, tag));

/** Fills `cell` with the tags of a digest, `current` among them, as they are found; `find` is the button that asked. */
export const findTags = async (where, current, digest, cell, find) => {
  find.disabled = true;
  const found = new Set(current ? [current] : []);
  const links = () => [...found].slice(0, BATCH).map((tag) => tagLink(where, current, tag));
  try {
    for await (const page of walk({ ...where, digest }, "deletion-plan", { shape: PLAN })) {
      page.tags.forEach((tag) => found.add(tag));
      find.textContent = t("manifest.finding_tags", { n: page.total, checked: page.checked });
      cell.replaceChildren(...links(), ...(page.next ? [find] : []));
    }
    if (!found.size) cell.textContent = t("manifest.no_tags");
    else if (found.size > BATCH) drawFirst(cell, [...found], (tag) => tagLink(where, current, tag));
  } catch (error) {
    find.disabled = false;
    find.textContent = t("common.retry");
    cell.replaceChildren(...links(), find);
    if (!isAbort(error)) find.before(make("span", { class: "soft" }, titleOf(error, where.registry), ". ", ...adviceOn(error)));
  }
};
