/** Every tag that goes, in a list to be opened; those that were chosen can be left out again. */
import { make, t } from "../lib/dom.js";
import { sortVersions } from "../lib/version-order.js";
import { name, ui } from "./parts.js";

/** What is found without the tags that were left out again. */
export const kept = (found) => {
  const { out, groups, tags } = found;
  if (!out.size) return found;
  const isIn = (tag) => !out.has(tag);
  const narrowed = groups.map((group) => ({ ...group, tags: group.tags.filter(isIn) }));
  return { ...found, tags: tags.filter(isIn), groups: narrowed.filter((group, at) => group.tags.length || !groups[at].tags.length) };
};

const choose = ({ out }, tag) => make("li", {}, make("label", { class: "toggle" }, make("input", {
  class: "check", type: "checkbox", checked: !out.has(tag),
  onchange: ({ target }) => (target.checked ? out.delete(tag) : out.add(tag)),
}), name(tag)));

const goesAlong = (tag) => make("li", {}, name(tag), make("span", { class: "end" }, t("deletion.goes_along")));

/** Shows the list of what `steps` take; its rows are drawn when it is opened, and anew where others go along. */
export const showList = (found, steps) => {
  const chosen = new Set(found.tags);
  const going = steps.flatMap(({ tags }) => tags);
  const along = sortVersions([...new Set(going.filter((tag) => !chosen.has(tag)))]);
  const shown = JSON.stringify([found.tags, along]);
  ui.list_what.textContent = t("deletion.list", { n: going.length });
  const draw = () => {
    if (!ui.list.open || ui.list.dataset.shown === shown) return;
    ui.list.dataset.shown = shown;
    ui.list_tags.replaceChildren(...sortVersions(found.tags).map((tag) => choose(found, tag)), ...along.map(goesAlong));
  };
  ui.list.ontoggle = draw;
  draw();
};
