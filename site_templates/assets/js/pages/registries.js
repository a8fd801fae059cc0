/** The registries of the inventory, each with its state as it arrives; wiring only. */
import { createTurn, isAbort } from "../lib/api.js";
import { ask, askRegistries, listRegistries } from "../lib/ask.js";
import { announce, make, one, partsOf, say, showProgress, stamp, t } from "../lib/dom.js";
import { bindState, link } from "../lib/url.js";
import { bindCursor, bindFilter, fillName, noMatch } from "../elements/list.js";
import { adviceOn, titleOf, told, trouble } from "../elements/messages.js";
import { copyText, onMenu } from "../elements/shell.js";
import { STATUS, checkEach, fillStatus } from "../elements/status.js";

const SOURCES = {
  inventory: "registries.source_inventory",
  "docker-config": "registries.source_docker",
  none: "registries.source_none",
};
const WORKS = { delete: "works.delete", untag: "works.untag", referrers: "works.referrers" };

const ui = partsOf(document);
const takeTurn = createTurn();
let rows = [];
let shown = [];

/** What works; where images can be deleted, single tags can too: a placeholder stands in for the API. */
const nameWorks = ({ catalog, ...others }) => [
  ...(catalog === null ? [] : [t(catalog ? "works.list" : "works.no_list")]),
  ...Object.keys(WORKS).filter((name) => others[name] || (name === "untag" && others.delete)).map((name) => t(WORKS[name])),
].join(", ");

const nameSource = (source) => (SOURCES[source] ? t(SOURCES[source])
  : t("registries.source_helper", { name: source.replace(/^helper /, "") }));

const showStatus = ({ parts, hint }, answer) => {
  const { status, credential_source: source, capabilities, hints, error } = answer;
  const isOnline = status === "online";
  fillStatus(parts.status, answer);
  parts.sign.textContent = nameSource(source);
  parts.sign.classList.toggle("soft", source === "none");
  parts.works.textContent = parts.works.title = (isOnline && nameWorks(capabilities)) || "–";
  parts.works.classList.toggle("soft", parts.works.textContent === "–");
  // How space is freed and single tags go is nothing to mend: a deletion says it.
  const wrong = hints.filter((hint) => !/garbage|placeholder/i.test(hint));
  const words = wrong.length ? wrong.join(" ") : error?.message ?? "";
  hint.text.replaceChildren(...(error ? adviceOn({ code: error.code, message: words }) : [told(words)]));
  hint.retry.hidden = isOnline;
  hint.root.hidden = !words;
  parts.root.classList.toggle("hinted", !!words);
};

const showPending = ({ parts, hint }) => {
  for (const part of [parts.status, parts.sign, parts.works]) {
    part.replaceChildren(make("span", { class: "pending" }), make("span", { class: "hide" }, t("status.checking")));
  }
  hint.root.hidden = true;
  parts.root.classList.remove("hinted");
};

const check = async (row, signal, fresh) => {
  const late = setTimeout(() => showPending(row), 150);
  try {
    showStatus(row, await ask({ registry: row.registry.name }, "status", { signal, fresh, shape: STATUS }));
  } catch (error) {
    if (isAbort(error)) return;
    showStatus(row, { status: "offline", credential_source: "none", hints: [], error });
    row.hint.text.prepend(titleOf(error, "RegLite"), ". ");
  } finally {
    clearTimeout(late);
  }
};

const checkAll = async (fresh) => {
  const signal = takeTurn();
  let left = rows.length;
  const showLeft = () => showProgress(left ? 1 - left / rows.length : null);
  showLeft();
  await checkEach(rows, async (row) => {
    if (signal.aborted) return;
    await check(row, signal, fresh);
    left--;
    if (!signal.aborted) showLeft();
  });
};

const createRow = (registry) => {
  const row = { registry, parts: stamp("registry-row"), hint: stamp("registry-hint") };
  const { parts, hint } = row;
  parts.open.href = link("repositories.html", { registry: registry.name });
  fillName(parts.name, registry.name);
  fillName(parts.address, registry.url, "", 0, 26);
  parts.menu.ariaLabel = t("common.actions_for", { name: registry.name });
  hint.retry.ariaLabel = t("registries.retry_name", { name: registry.name });
  hint.retry.addEventListener("click", () => check(row, undefined, true));
  hint.root.hidden = true;
  return row;
};

onMenu("menu-row", (opener) => {
  const row = rows.find(({ parts }) => parts.menu === opener);
  ui.menu_open.href = row.parts.open.href;
  ui.menu_copy.onclick = () => copyText(row.registry.pull_host);
  ui.menu_again.onclick = () => check(row, undefined, true);
});

const showRows = () => {
  const wanted = state.q.toLowerCase();
  shown = rows.filter(({ registry: { name, url } }) => `${name} ${url}`.toLowerCase().includes(wanted));
  ui.body.replaceChildren(...shown.flatMap(({ parts, hint }) => [parts.root, hint.root]));
  const n = rows.length;
  ui.count.textContent = wanted ? t("registries.of_count", { shown: shown.length, n }) : t("registries.count", { n });
  announce(ui.count.textContent);
  showInstead(shown.length ? null : noMatch(say("registries.no_match", { text: state.q }), () => setFilter("")));
};

const showInstead = (content) => {
  ui.instead.replaceChildren(...(content ? [content] : []));
  ui.table.hidden = !!content;
};

const load = async (fresh = false) => {
  const signal = takeTurn();
  const late = setTimeout(() => (ui.bones.hidden = rows.length > 0), 150);
  showProgress(-1);
  try {
    const { registries } = await (fresh ? askRegistries({ signal, fresh }) : listRegistries());
    signal.throwIfAborted();
    if (registries.length === 1 && !new URLSearchParams(location.search).has("all")) {
      location.replace(link("repositories.html", { registry: registries[0].name }));
      return;
    }
    rows = registries.map(createRow);
    ui.tools.hidden = !rows.length;
    if (rows.length) showRows();
    else showInstead(document.getElementById("registries-empty").content.cloneNode(true));
    checkAll(fresh);
  } catch (error) {
    if (isAbort(error)) return;
    ui.tools.hidden = true;
    showProgress(null);
    showInstead(trouble(error, "RegLite", () => load(true)));
  } finally {
    clearTimeout(late);
    ui.bones.hidden = true;
  }
};

const { state, set } = bindState({ q: "" }, () => setFilter(state.q));
const setFilter = bindFilter((q) => {
  set({ q });
  resetCursor();
  showRows();
});
const resetCursor = bindCursor(() => shown.length, (index) => {
  const { root } = shown[index].parts;
  root.scrollIntoView({ block: "nearest" });
  return root;
});
one("#filter").value = state.q;
ui.again.addEventListener("click", () => (rows.length ? checkAll(true) : load(true)));
document.addEventListener("rl:signed-in", () => load(true));
load();
