/** The tags of one repository: list, filter, what is known of them; deeds are fetched with the first. */
import { createTurn, isAbort } from "../lib/api.js";
import { listRegistries, walk } from "../lib/ask.js";
import { breakable, make, one, partsOf, showProgress, t } from "../lib/dom.js";
import { splitName } from "../lib/format.js";
import { findGlob } from "../lib/glob.js";
import { bindKeys } from "../lib/keyboard.js";
import { fault, here, session } from "../lib/session.js";
import { bindState, link } from "../lib/url.js";
import { bindCursor, bindFilter, WindowedRows } from "../elements/list.js";
import { onMenu, provideJumps } from "../elements/shell.js";
import { createModel } from "../tags/model.js";
import { renderRow } from "../tags/row.js";
import { Summaries } from "../tags/summaries.js";
import { bindSurroundings } from "../tags/surroundings.js";

const DEFAULTS = { q: "", sort: "version", order: "desc", platform: "", all: "" };
const TAGS = { tags: [""], hidden: 0, "next?": "" };
const FEW = 100;
const SHOWN_AFTER_MS = 150;
const SETTLED_AFTER_MS = 80;

const where = { registry: here.registry, repository: here.repository };
const ui = partsOf(one("main"));
const takeTurn = createTurn();
const address = bindState(DEFAULTS, () => apply());
const { state } = address;

const model = createModel(where, state);
const { showCommand, showCount, showInstead, showNoMatch, showNone, showUnknown } = bindSurroundings(model, ui, () => known);
let deeds;
let reading;
let known;

model.summaries = new Summaries(where, (tags) => {
  learn(tags);
  if (model.hasAges) filter();
  const isShown = (tag) => rows.rowOf(tag);
  if (tags.some((tag) => isShown(tag) || model.siblingsOf(tag, model.digestOf(tag)).some(isShown))) rows.draw();
  reading?.show();
});
model.draw = () => rows.draw();
let asking;
const rows = new WindowedRows(ui.table, (tag, index, row) => renderRow(model, tag, row), {
  // What flies past while scrolling is not asked for.
  onWindow(tags, isScrolled) {
    clearTimeout(asking);
    if (isScrolled) asking = setTimeout(() => model.summaries.want(tags), SETTLED_AFTER_MS);
    else model.summaries.want(tags);
  },
});
const forgetCursor = bindCursor(() => model.shown.length, (index) => rows.reveal(index));
const current = () => (document.activeElement.closest("tbody tr") ?? one(".cursor", ui.table))?.dataset.tag;

/** Takes in what came to be known of tags: siblings, and the pull command's kind. */
const learn = (tags) => {
  model.learn(tags);
  showCommand();
};

/* From all tags to the rows that are shown */

const fetchReading = async () => (reading ??= (await import("../tags/read-all.js")).bindReading(model, ui, arrange, filter));
let dated = "";

/** Reads the dates that the filter asks for, once for each filter. */
const readDates = async () => {
  if (dated === state.q) return;
  dated = state.q;
  (await fetchReading()).readDates(model.unread);
};
const filter = () => {
  model.filter();
  if (model.unread.length) {
    showInstead(null);
    readDates();
  } else if (model.tags.length) showNoMatch(() => setFilter(""));
  rows.items = model.shown;
  deeds?.show();
  showCount();
};
const setFilter = bindFilter((q) => {
  address.set({ q });
  forgetCursor();
  filter();
});

const arrange = (tags) => {
  model.ordered = tags;
  filter();
  showCommand();
};
const arrangeByVersion = (order) => arrange(order === "desc" ? model.byVersion : model.byVersion.toReversed());

/** Orders as the address says; what is not by version is fetched when it is asked for. */
const order = async () => {
  if (state.sort === "version") {
    reading?.leave();
    return arrangeByVersion(state.order);
  }
  return (await fetchReading()).sort();
};

/** Puts the state of the address on the page: after back, forward and every change. */
const apply = () => {
  one("#filter").value = state.q;
  if (deeds || state.sort + state.order + state.platform !== "versiondesc") act().then(({ showView }) => showView());
  forgetCursor();
  if (model.tags.length) order();
};

/* Loading */

const showFailure = async (error) => {
  // What was selected so far is counted.
  await coming;
  if (error.code === "NAME_UNKNOWN") return showUnknown();
  const { showFailure: show } = await import("../tags/failure.js");
  show({ model, ui, load, showInstead }, error);
};

const load = async (fresh = false) => {
  const signal = takeTurn();
  const late = setTimeout(() => (ui.bones.hidden = model.tags.length > 0), SHOWN_AFTER_MS);
  showProgress(-1);
  ui.messages.replaceChildren();
  showInstead(null);
  model.isLoading = true;
  let tags = [];
  try {
    if (fault) throw fault;
    const query = { n: 10000, all: state.all };
    for await (const page of walk(where, "tags", { query, signal, fresh, shape: TAGS })) {
      model.isLoading = !!page.next;
      if (fresh && !tags.length) model.forget();
      tags = tags.concat(page.tags);
      model.take(tags, page.hidden);
      ui.bones.hidden = true;
      if (state.sort === "version") arrangeByVersion(state.order);
      else if (!reading) arrangeByVersion("desc");
    }
    deeds?.prune();
    if (!tags.length) showNone();
    else if (state.sort !== "version") order();
    // One request tells all siblings.
    else if (tags.length <= FEW) model.summaries.wantAll(tags);
  } catch (error) {
    if (!isAbort(error)) showFailure(error);
  } finally {
    clearTimeout(late);
    if (!signal.aborted) {
      model.isLoading = false;
      ui.bones.hidden = true;
      showProgress(null);
      showCount();
      deeds?.show();
    }
  }
};

/* What a reader does here */

const showUndo = async () => {
  const { showUndo: show } = await import("../deletion/undo.js");
  show(ui.done, where, () => load(true));
};

const page = {
  model, ui, rows, address, apply, load, showUndo, learn, filter, showNone,
  known: () => known,
};
let coming;
const act = () => (coming ??= import("../tags/deeds.js").then(({ bindDeeds }) => (deeds = bindDeeds(page))));
const hear = (selector) => async (event) => {
  if (event.target.closest(selector)) (await act()).hear(event);
};
const main = one("main");
main.addEventListener("click", hear("tbody .check, .sort, button[data-part]"));
main.addEventListener("change", hear("select, thead .check"));
for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) ui.table.addEventListener(kind, hear(".siblings"));
for (const id of ["menu-row", "menu-view"]) onMenu(id, async (opener) => (await act()).fillMenu(id, opener));
ui.refresh.addEventListener("click", () => load(true));

const key = (name) => () => {
  const tag = current();
  if (!tag && !model.selected.size) return false;
  act().then((ready) => ready.press(name, tag));
};
bindKeys({
  KeyX: key("select"), "Shift+KeyX": key("range"), KeyC: key("pull"), KeyY: key("digest"),
  Delete: key("delete"), Escape: () => (model.selected.size ? key("clear")() : false),
});
provideJumps(() => model.tags.map((tag) =>
  ({ name: tag, digest: model.digestOf(tag), where: where.repository, href: link("manifest.html", { ...where, tag }) })));

const showRole = ({ role }) => {
  model.role = role;
  deeds?.show();
};
session.then(showRole).catch(isAbort);
document.addEventListener("rl:signed-in", ({ detail }) => {
  showRole(detail);
  learnRegistry();
  load(true);
});

const [namespace, name] = splitName(where.repository);
ui.title.replaceChildren(make("span", { class: "dim" }, ...breakable(namespace)), name);
if (!fault) document.title = `${where.repository}, ${where.registry}, ${document.title}`;
ui.table.ariaLabel = t("tags.table", { repository: where.repository });
/** Takes in what the inventory says of the registry: without it no host is known that a command could name. */
const learnRegistry = () => (known = listRegistries().then(async ({ registries }) => {
  const found = registries.find((entry) => entry.name === where.registry);
  if (!found) return;
  model.protectedBy = (tag) => findGlob(found.protect, tag);
  // Last: rows take a registry's globs as settled once it is there.
  Object.assign(model.registry, found);
  rows.draw();
  deeds?.show();
  model.pull = await import("../lib/pull.js");
  showCommand();
}).catch(isAbort));
learnRegistry();
ui.sort.append(ui.orders.content);
if (sessionStorage.getItem("reglite.undo")) showUndo();
apply();
load();
