/** Which tags point at a manifest: asked only on demand, since it costs a request per tag. */
import { registryPath, request } from "../lib/api.js";
import { make } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { walkPages } from "../lib/pager.js";
import { link } from "../lib/url-state.js";
import { told } from "../elements/messages.js";
import { pair } from "./facts.js";

const tagLink = ({ registry, repository, tag: current }, tag) => (tag === current
  ? make("span", {}, tag)
  : make("a", { class: "link", href: link("manifest.html", { registry, repository, tag }) }, tag));

/** The fact "Tags": the one that was asked for, and a button that finds the others. */
export const tagsPair = (where, digest) => {
  const find = make("button", { class: "link", type: "button" }, t("manifest.find_tags"));
  const fact = pair(t("manifest.tags"), [...(where.tag ? [tagLink(where, where.tag)] : []), find], "chain code");
  const cell = fact.lastElementChild;
  find.onclick = async () => {
    find.disabled = true;
    const found = new Set(where.tag ? [where.tag] : []);
    try {
      const plan = `${registryPath(where.registry, where.repository)}/manifests/${digest}/deletion-plan`;
      for await (const page of walkPages(request, plan)) {
        page.tags.forEach((tag) => found.add(tag));
        find.textContent = t("manifest.finding_tags", { n: page.total, checked: page.checked });
        cell.replaceChildren(...[...found].map((tag) => tagLink(where, tag)), ...(page.next ? [find] : []));
      }
      if (!found.size) cell.textContent = t("manifest.no_tags");
    } catch (error) {
      find.disabled = false;
      find.textContent = t("common.retry");
      cell.replaceChildren(...[...found].map((tag) => tagLink(where, tag)), make("span", { class: "soft" }, told(error.message)), find);
    }
  };
  return fact;
};
