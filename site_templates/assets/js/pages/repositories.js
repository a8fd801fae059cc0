/** The repositories of one registry: list or tree, filter, details of what is in view; wiring only. */
import { createTurn, isAbort } from "../lib/api.js";
import { ask, listRegistries, walk } from "../lib/ask.js";
import { announce, make, one, painted, partsOf, showProgress, t } from "../lib/dom.js";
import { fault, here } from "../lib/session.js";
import { bindState } from "../lib/url.js";
import { bindCursor, bindFilter, WindowedRows } from "../elements/list.js";
import { copyText, mention, onMenu, provideJumps } from "../elements/shell.js";
import { Details } from "../repositories/details.js";
import { bindInstead } from "../repositories/instead.js";
import { createModel } from "../repositories/model.js";
import { forget, openedIn } from "../repositories/opened.js";
import { namespacesOf } from "../repositories/order.js";
import { fillDetails, hrefOf, renderRow } from "../repositories/row.js";

const MOST_NAMESPACES = 300;
const REPOSITORIES = { repositories: [""], "next?": "" };
const LONG_MS = 5000;

const { registry } = here;
const ui = partsOf(document);
const takeTurn = createTurn();
/** What the inventory says of this registry; undefined where it is not in it. */
const getKnown = () => listRegistries().then((answer) => answer.registries.find(({ name }) => name === registry));
const { state, set } = bindState({ q: "", namespace: "", view: "", order: "" }, () => apply());
const model = createModel(registry, state);
const { showInstead, showEmpty, showNoCatalog, showNoMatch } = bindInstead(model, ui, registry, getKnown);

const details = new Details(registry, (name) => {
  const row = rows.rowOf(name);
  if (row) fillDetails(row, details.get(name));
// The list itself goes first.
}, () => (!model.hasMore ? 4 : performance.now() < LONG_MS ? 0 : 1));

/* Rows */

const toggle = (name) => {
  model.toggle(name);
  show();
};
const rows = new WindowedRows(ui.table, (item, index, row) => renderRow(model, item, row, details.get(item.name), toggle), {
  keyOf: ({ name }) => name,
  onWindow: (items) => details.want(items.filter(({ group }) => !group).map(({ name }) => name)),
});

onMenu("menu-row", (opener) => {
  const row = opener.closest("tr");
  const { name } = row.dataset;
  ui.menu_open.href = one(".open", row).href;
  ui.menu_copy.onclick = () => copyText(name);
  ui.menu_forget.hidden = model.hasCatalog;
  ui.menu_forget.onclick = () => {
    forget(registry, name);
    showOpened();
  };
});

/* What stands where */

/** A registry without a list: a box for names, and those opened before. */
const showOpened = () => {
  model.hasCatalog = false;
  model.names = openedIn(registry).toSorted();
  ui.tools.hidden = true;
  show();
  showNoCatalog();
};

const showCount = (shown) => {
  const n = model.names.length;
  const isPart = state.q || state.namespace;
  const text = isPart ? t("repositories.of_count", { shown, n }) : t("repositories.count", { n });
  ui.count.textContent = model.hasMore ? `${text}, ${t("repositories.more_coming")}` : text;
  if (!model.hasMore) announce(ui.count.textContent);
};

const showNamespaces = () => {
  const spaces = namespacesOf(model.names);
  ui.spaces.hidden = spaces.length < 2 || spaces.length > MOST_NAMESPACES;
  ui.namespace.replaceChildren(make("option", { value: "" }, t("repositories.all_namespaces")),
    ...(ui.spaces.hidden ? [] : spaces.map((name) => make("option", { value: name }, name))));
  ui.namespace.value = state.namespace;
};

/** Puts names and state on the page. */
const show = (isStale = true) => {
  const chosen = model.select();
  rows.show(model.arrange(chosen), isStale || !!state.view);
  ui.header.ariaSort = state.order ? "descending" : "ascending";
  ui.tree.ariaPressed = !!state.view;
  showCount(chosen.length);
  if (!model.names.length) return;
  if (chosen.length) showInstead(null);
  else showNoMatch(() => setFilter(""));
};

/* Loading */

const showFailure = async (error) => {
  if (error.code === "UNSUPPORTED" && !model.names.length) return showOpened();
  const { showFailure: show } = await import("../repositories/failure.js");
  show({ ui, registry, n: model.names.length, retry: () => load(true), showInstead }, error);
};

const load = async (fresh = false) => {
  const signal = takeTurn();
  const late = setTimeout(() => (ui.bones.hidden = model.names.length > 0), 150);
  showProgress(-1);
  const found = new Set();
  ui.messages.replaceChildren();
  try {
    if (fault) throw fault;
    for await (const page of walk({ registry }, "repositories", { query: { n: 1000 }, signal, fresh, shape: REPOSITORIES })) {
      const isFirst = !found.size;
      for (const name of page.repositories) found.add(name);
      model.hasMore = !!page.next;
      model.hasCatalog = true;
      ui.tools.hidden = ui.bones.hidden = true;
      model.names = [...found].sort();
      ui.tools.hidden = !model.names.length;
      if (!model.hasMore) showNamespaces();
      show(fresh);
      // A registry that walks its disk takes the reader's processor too.
      if (isFirst) await painted();
    }
    if (!model.names.length) showEmpty();
  } catch (error) {
    if (isAbort(error)) return;
    model.hasMore = false;
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
  const found = await getKnown();
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
document.addEventListener("rl:signed-in", () => {
  load(true);
  showRegistry().catch(mention);
});
provideJumps(() => model.names.map((name) => ({ name, where: registry, href: hrefOf(registry, name) })));

if (!fault) document.title = document.title.replace(/^[^,]*/, () => registry);
ui.title.textContent = registry;
ui.table.ariaLabel = t("repositories.of", { name: registry });
one("#filter").value = state.q;
load();
showRegistry().catch(mention);
