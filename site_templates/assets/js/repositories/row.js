/** One row of a registry's list: a repository, or a namespace of the tree. */
import { formats, make, stamp, t } from "../lib/dom.js";
import { splitName } from "../lib/format.js";
import { link } from "../lib/url.js";
import { fillName } from "../elements/list.js";

/** The address of a repository's page. */
export const hrefOf = (registry, repository) => link("tags.html", { registry, repository });

const parts = new WeakMap();

/** Fills in what is known of a repository; `row` is its row. */
export const fillDetails = (row, detail) => {
  const { newest, tags } = parts.get(row);
  if (!detail) return;
  const { tags: n, isWhole, highest, error } = detail;
  newest.replaceChildren(highest ? make("code", {}, highest) : "–");
  newest.title = error || isWhole ? "" : t("repositories.unread");
  tags.title = error ? t("repositories.failed", { code: error.code }) : "";
  tags.classList.toggle("soft", !n);
  if (error) tags.textContent = "–";
  else if (!n) tags.textContent = t("repositories.no_tags");
  else tags.replaceChildren(formats.number(n) + (isWhole ? "" : "+"), make("span", { class: "narrow" }, ` ${t("repositories.tags_word", { n })}`));
};

const createGroup = ({ name }, onToggle) => {
  const row = stamp("namespace-row");
  row.open.addEventListener("click", () => onToggle(name));
  return row;
};

const createRepository = ({ name }, registry) => {
  const row = stamp("repository-row");
  row.root.dataset.name = name;
  row.open.href = hrefOf(registry, name);
  row.menu.ariaLabel = t("common.actions_for", { name });
  return row;
};

/** Fills the row of an item out of the page's model; `before` is the one it had, `onToggle(name)` hears of a namespace. */
export const renderRow = ({ registry, state, mark }, item, before, detail, onToggle) => {
  const row = parts.get(before) ?? (item.group ? createGroup(item, onToggle) : createRepository(item, registry));
  parts.set(row.root, row);
  row.root.style.setProperty("--indent", state.view && `${0.5 + 1.5 * item.depth}rem`);
  if (item.group) {
    fillName(row.name, splitName(item.name.slice(0, -1))[1] + "/", mark);
    row.tags.textContent = t("repositories.count", { n: item.count });
    row.open.ariaExpanded = item.isOpen;
  } else {
    const [namespace, last] = splitName(item.name);
    if (state.view) fillName(row.name, last, mark);
    else fillName(row.name, item.name, mark, namespace.length);
    fillDetails(row.root, detail);
  }
  return row.root;
};
