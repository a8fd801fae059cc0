/** The repositories of one registry: list or tree, filter, details of what is in view; wiring only. */
import { createTurn, isAbort } from "../lib/api.js";
import { ask, listRegistries, walk } from "../lib/ask.js";
import { announce, formats, make, one, painted, partsOf, showProgress, stamp, t } from "../lib/dom.js";
import { splitName } from "../lib/format.js";
import { fault, here } from "../lib/session.js";
import { bindState, link } from "../lib/url.js";
import { bindCursor, bindFilter, fillName, WindowedRows } from "../elements/list.js";
import { copyText, mention, onMenu, provideJumps } from "../elements/shell.js";
import { Details } from "../repositories/details.js";
import { forget, openedIn, remember } from "../repositories/opened.js";
import { growTree, namespacesOf, selectNames } from "../repositories/order.js";

const MOST_NAMESPACES = 300;
const FEW = 100;
const REPOSITORIES = { repositories: [""], "next?": "" };
const LONG_MS = 5000;
const toItem = (name) => ({ name, group: false });

const { registry } = here;
const ui = partsOf(document);
const takeTurn = createTurn();
/** What the inventory says of this registry; undefined where it is not in it. */
const known = listRegistries().then((answer) => answer.registries.find(({ name }) => name === registry));
const toggled = new Set();
let names = [];
let hasMore = false;
let hasCatalog = true;

const details = new Details(registry, (name) => {
  const row = rows.rowOf(name);
  if (row) fillDetails(row, name);
// The list itself goes first.
}, () => (!hasMore ? 4 : performance.now() < LONG_MS ? 0 : 1));
const hrefOf = (repository) => link("tags.html", { registry, repository });

/* Rows */

const parts = new WeakMap();

const fillDetails = (row, name) => {
  const { newest, tags } = parts.get(row);
  const detail = details.get(name);
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

const createGroup = ({ name }) => {
  const row = stamp("namespace-row");
  row.open.addEventListener("click", () => {
    toggled[toggled.has(name) ? "delete" : "add"](name);
    show();
  });
  return row;
};

const createRepository = ({ name }) => {
  const row = stamp("repository-row");
  row.root.dataset.name = name;
  row.open.href = hrefOf(name);
  row.menu.ariaLabel = t("common.actions_for", { name });
  return row;
};

const renderRow = (item, index, before) => {
  const row = parts.get(before) ?? (item.group ? createGroup : createRepository)(item);
  parts.set(row.root, row);
  row.root.style.setProperty("--indent", state.view && `${0.5 + 1.5 * item.depth}rem`);
  if (item.group) {
    fillName(row.name, splitName(item.name.slice(0, -1))[1] + "/", state.q);
    row.tags.textContent = t("repositories.count", { n: item.count });
    row.open.ariaExpanded = item.isOpen;
  } else {
    const [namespace, last] = splitName(item.name);
    if (state.view) fillName(row.name, last, state.q);
    else fillName(row.name, item.name, state.q, namespace.length);
    fillDetails(row.root, item.name);
  }
  return row.root;
};

const rows = new WindowedRows(ui.table, renderRow, {
  keyOf: ({ name }) => name,
  onWindow: (items) => details.want(items.filter(({ group }) => !group).map(({ name }) => name)),
});

onMenu("menu-row", (opener) => {
  const row = opener.closest("tr");
  const { name } = row.dataset;
  ui.menu_open.href = one(".open", row).href;
  ui.menu_copy.onclick = () => copyText(name);
  ui.menu_forget.hidden = hasCatalog;
  ui.menu_forget.onclick = () => {
    forget(registry, name);
    showOpened();
  };
});

/* What stands where */

const showInstead = (content, isTableToo = false) => {
  ui.instead.replaceChildren(...(content ? [content] : []));
  ui.table.hidden = !!content && !isTableToo;
};

const withForm = (id, words) => {
  const found = stamp(id);
  found.words.textContent = words;
  found.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = found.form.repository.value;
    remember(registry, name);
    location.assign(hrefOf(name));
  });
  return found;
};

const showNoMatch = () => {
  const { root, form, clear } = withForm("no-match", t("repositories.no_match", { text: state.q }));
  form.repository.value = state.q;
  clear.addEventListener("click", () => setFilter(""));
  showInstead(root);
};

const showEmpty = async () => {
  const { root, push, copy } = stamp("no-repositories");
  const host = (await known.catch(isAbort))?.pull_host ?? registry;
  const { quote } = await import("../lib/pull.js");
  push.textContent = copy.dataset.copy = quote(`docker push ${host}/app:latest`);
  if (!names.length) showInstead(root);
};

/** A registry without a list: a box for names, and those opened before. */
const showOpened = () => {
  hasCatalog = false;
  names = openedIn(registry).toSorted();
  ui.tools.hidden = true;
  show();
  showInstead(withForm("no-catalog", t("repositories.no_catalog", { name: registry })).root, names.length > 0);
};

const showCount = (shown) => {
  const n = names.length;
  const isPart = state.q || state.namespace;
  const text = isPart ? t("repositories.of_count", { shown, n }) : t("repositories.count", { n });
  ui.count.textContent = hasMore ? `${text}, ${t("repositories.more_coming")}` : text;
  if (!hasMore) announce(ui.count.textContent);
};

const showNamespaces = () => {
  const spaces = namespacesOf(names);
  ui.spaces.hidden = spaces.length < 2 || spaces.length > MOST_NAMESPACES;
  ui.namespace.replaceChildren(make("option", { value: "" }, t("repositories.all_namespaces")),
    ...(ui.spaces.hidden ? [] : spaces.map((name) => make("option", { value: name }, name))));
  ui.namespace.value = state.namespace;
};

/** Puts names and state on the page. */
const show = (isStale = true) => {
  const chosen = selectNames(names, state);
  if (state.order) chosen.reverse();
  const isOpen = (name) => !!state.q || toggled.has(name) !== names.length <= FEW;
  rows.show(state.view ? growTree(chosen, isOpen) : chosen.map(toItem), isStale || !!state.view);
  ui.header.ariaSort = state.order ? "descending" : "ascending";
  ui.tree.ariaPressed = !!state.view;
  showCount(chosen.length);
  if (!names.length) return;
  if (chosen.length) showInstead(null);
  else showNoMatch();
};

/* Loading */

const showFailure = async (error) => {
  if (error.code === "UNSUPPORTED" && !names.length) return showOpened();
  const { showFailure: show } = await import("../repositories/failure.js");
  show({ ui, registry, n: names.length, retry: () => load(true), showInstead }, error);
};

const load = async (fresh = false) => {
  const signal = takeTurn();
  const late = setTimeout(() => (ui.bones.hidden = names.length > 0), 150);
  showProgress(-1);
  const found = new Set();
  ui.messages.replaceChildren();
  try {
    if (fault) throw fault;
    for await (const page of walk({ registry }, "repositories", { query: { n: 1000 }, signal, fresh, shape: REPOSITORIES })) {
      const isFirst = !found.size;
      for (const name of page.repositories) found.add(name);
      hasMore = !!page.next;
      hasCatalog = true;
      ui.tools.hidden = ui.bones.hidden = true;
      names = [...found].sort();
      ui.tools.hidden = !names.length;
      if (!hasMore) showNamespaces();
      show(fresh);
      // A registry that walks its disk takes the reader's processor too.
      if (isFirst) await painted();
    }
    if (!names.length) showEmpty();
  } catch (error) {
    if (isAbort(error)) return;
    hasMore = false;
    showFailure(error);
  } finally {
    clearTimeout(late);
    if (!signal.aborted) {
      ui.bones.hidden = true;
      showProgress(null);
    }
  }
};

const showRegistry = async () => {
  const found = await known;
  ui.command.hidden = !found;
  ui.host.textContent = ui.copy.dataset.copy = found?.pull_host ?? "";
  const { STATUS, fillStatus } = await import("../elements/status.js");
  const answer = await ask({ registry }, "status", { shape: STATUS });
  fillStatus(ui.status, answer);
};

const apply = () => {
  one("#filter").value = state.q;
  ui.namespace.value = state.namespace;
  show();
};
const { state, set } = bindState({ q: "", namespace: "", view: "", order: "" }, apply);
const change = (patch, isStep = false) => {
  set(patch, isStep);
  resetCursor();
  show();
};
const setFilter = bindFilter((q) => change({ q }));
const resetCursor = bindCursor(() => rows.items.length, (index) => rows.reveal(index));

ui.namespace.addEventListener("change", () => change({ namespace: ui.namespace.value }, true));
ui.tree.addEventListener("click", () => change({ view: state.view ? "" : "tree" }, true));
ui.sort.addEventListener("click", () => change({ order: state.order ? "" : "desc" }));
ui.again.addEventListener("click", () => {
  details.forget();
  load(true);
});
document.addEventListener("rl:signed-in", () => load(true));
provideJumps(() => names.map((name) => ({ name, where: registry, href: hrefOf(name) })));

if (!fault) document.title = document.title.replace(/^[^,]*/, () => registry);
ui.title.textContent = registry;
ui.table.ariaLabel = t("repositories.of", { name: registry });
one("#filter").value = state.q;
load();
showRegistry().catch(mention);
