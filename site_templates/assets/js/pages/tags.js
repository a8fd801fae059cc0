/** The tags of one repository: list, filter, order, selection, deletion; wiring only. */
import { createTurn, isAbort, registryPath, request, requestOnce, withQuery } from "../lib/api.js";
import { all, make, one, partsOf, showProgress } from "../lib/dom.js";
import { splitName } from "../lib/format.js";
import { findGlob } from "../lib/glob.js";
import { say, t } from "../lib/i18n.js";
import { bindKeys } from "../lib/keyboard.js";
import { walkPages } from "../lib/pager.js";
import { FORMATS } from "../lib/pull.js";
import { bindState, decode, link } from "../lib/url-state.js";
import { sortVersions } from "../lib/version.js";
import { bindFilter, noMatch } from "../elements/filter.js";
import { banner, button, titleOf, trouble } from "../elements/messages.js";
import { bindCursor } from "../elements/row-cursor.js";
import { session } from "../elements/session.js";
import { copyText, onMenu, provideJumps } from "../elements/shell.js";
import { WindowedRows } from "../elements/windowed-rows.js";
import { pullFormat, textFor } from "../tags/commands.js";
import { naturalOrder, needsSummaries, nextOrder, orderTags } from "../tags/order.js";
import { renderRow, sizeOf } from "../tags/row.js";
import { bindSelection } from "../tags/selection.js";
import { Summaries } from "../tags/summaries.js";

const DEFAULTS = { q: "", sort: "version", order: "desc", platform: "", all: "" };
const FEW = 100;
const SHOWN_AFTER_MS = 150;
const SETTLED_AFTER_MS = 80;

const where = decode(location.search, { registry: "", repository: "" });
const path = registryPath(where.registry, where.repository);
const ui = partsOf(one("main"));
const takeTurn = createTurn();
const address = bindState(DEFAULTS, () => apply());
const { state } = address;

const model = {
  where,
  state,
  registry: { name: where.registry, pull_host: where.registry, url: "", protect: [], can_delete: true },
  role: "",
  tags: [],
  shown: [],
  hidden: 0,
  selected: new Set(),
  states: new Map(),
  siblings: new Map(),
  marked: null,
  protectedBy: (tag) => findGlob(model.registry.protect, tag),
  digestOf: (tag) => model.summaries.known.get(tag)?.digest,
  siblingsOf: (tag, digest) => (model.siblings.get(digest) ?? []).filter((other) => other !== tag),
};
let byVersion = [];
let ordered = [];
let isLoading = true;

model.summaries = new Summaries(path, (tags) => {
  learn(tags);
  if (tags.some((tag) => rows.rowOf(tag))) rows.draw();
  showReading();
});
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

const whyNot = (tag) => {
  if (!model.registry.can_delete) return t("tags.deletion_off");
  if (model.role !== "maintainer") return t("tags.needs_maintainer");
  return model.states.has(tag) ? t("tags.deleting") : "";
};
const selection = bindSelection(model, ui, {
  onChange: () => rows.draw(),
  async onCopy(opener) {
    (await menus()).openFormats(model, opener, [...model.selected]);
  },
  onDelete: (tags) => remove(tags),
  whyNot,
});

/** Takes in what came to be known of tags: siblings, platforms, the pull command's kind. */
const learn = (tags) => {
  for (const tag of tags) {
    const summary = model.summaries.known.get(tag);
    if (!summary?.digest) continue;
    const group = model.siblings.get(summary.digest);
    if (!group) model.siblings.set(summary.digest, [tag]);
    else if (!group.includes(tag)) group.push(tag);
  }
  showCommand();
};

const relearn = () => {
  model.siblings.clear();
  learn(model.tags);
};

/* What stands around the rows */

const showCommand = () => {
  const tag = model.tags.includes("latest") ? "latest" : ordered[0];
  ui.command.hidden = !tag;
  if (!tag) return;
  const command = textFor(model, pullFormat(model, [tag]), [tag]);
  const verb = /^\w+ pull (--\S+ )?/.exec(command)[0];
  ui.verb.textContent = verb;
  ui.reference.textContent = command.slice(verb.length);
  ui.copy_command.dataset.copy = command;
};

const showCount = () => {
  const n = model.tags.length;
  const text = state.q ? t("tags.count_of", { m: model.shown.length, n }) : t("tags.count", { n });
  ui.count.textContent = n ? text + (isLoading ? t("tags.more_coming") : "") : "";
};

/** Puts words in the table's place, or the table back. */
const showInstead = (content) => {
  ui.instead.replaceChildren(...(content ? [content] : []));
  ui.table.hidden = !!content;
};

const noTags = () => {
  const command = `docker push ${FORMATS.reference(model.registry, where.repository, "latest")}`;
  const copy = ui.copy_command.cloneNode(true);
  copy.dataset.copy = command;
  return make("div", { class: "void" }, make("h2", {}, t("tags.none")),
    make("div", { class: "command" }, make("code", {}, command), copy));
};

const showOrder = () => {
  for (const header of all("[data-sort]", ui.table)) {
    const isHere = header.dataset.sort === (state.sort === "name" ? "version" : state.sort);
    header.setAttribute("aria-sort", isHere ? `${state.order}ending` : "none");
  }
  ui.sort.value = state.sort;
};

const showReading = (isReading = !ui.reading.hidden) => {
  ui.reading.hidden = !isReading;
  const n = model.tags.length;
  const known = Math.min(n, model.summaries.known.size);
  ui.reading_text.textContent = t("tags.reading", { known, n });
  Object.assign(ui.reading_line, { max: n || 1, value: known });
};

/* From all tags to the rows that are shown */

const filter = () => {
  const wanted = state.q.toLowerCase();
  model.shown = wanted ? ordered.filter((tag) => tag.toLowerCase().includes(wanted)) : ordered;
  if (model.tags.length) showInstead(model.shown.length ? null : noMatch(say("tags.no_match", { q: state.q }), () => setFilter("")));
  rows.items = model.shown;
  selection.show();
  showCount();
};
const setFilter = bindFilter((q) => {
  address.set({ q });
  forgetCursor();
  filter();
});

const arrange = (by = state) => {
  ordered = orderTags(byVersion, by, model.summaries.known, (summary) => sizeOf(summary, state.platform));
  filter();
  showCommand();
};

const showPart = (error) => {
  const known = model.tags.filter((tag) => model.summaries.known.get(tag)?.digest).length;
  const part = banner("warn", "warning", [t("tags.sorted_part", { known, n: model.tags.length }), " ",
    ...(error ? [make("code", {}, error.code)] : [])],
  button(t("tags.go_on"), () => {
    model.summaries.forget(model.tags.filter((tag) => model.summaries.known.get(tag)?.error));
    order();
  }, { glyph: "retry" }));
  part.dataset.part = "sorted";
  ui.messages.append(part);
};

/** Orders by what each tag's manifest says: rows move once, when all of it is there, or on Stop. */
const order = async () => {
  one("[data-part=sorted]", ui.messages)?.remove();
  if (!needsSummaries(state.sort)) {
    model.summaries.stop();
    showReading(false);
    return arrange();
  }
  filter();
  showReading(true);
  const error = await model.summaries.wantAll([...model.shown, ...model.tags]);
  showReading(false);
  if (!needsSummaries(state.sort)) return;
  arrange();
  if (error || model.tags.some((tag) => !model.summaries.known.has(tag))) showPart(error);
};

/** Puts the state of the address on the page: after back, forward and every change. */
const apply = () => {
  one("#filter").value = state.q;
  showOrder();
  ui.platform.textContent = state.platform === "first" ? t("tags.first_platform") : state.platform || "linux/amd64";
  forgetCursor();
  if (model.tags.length) order();
};

/* Loading */

const showFailure = (error) => {
  if (error.code === "NAME_UNKNOWN") return showInstead(noTags());
  if (!model.tags.length) return showInstead(trouble(error, where.registry, () => load(true)));
  const isSignedOut = error.code === "UNAUTHORIZED" || error.code === "SESSION_EXPIRED";
  const words = isSignedOut ? t("tags.signed_out", { n: model.selected.size })
    : t("tags.partial", { n: model.tags.length, what: titleOf(error, where.registry) });
  ui.messages.replaceChildren(banner("warn", isSignedOut ? "key" : "warning", [words, " ", make("code", {}, error.code)],
    button(t("common.retry"), () => load(true), { glyph: "retry" })));
};

const forgetAll = () => {
  model.summaries.forget();
  model.siblings.clear();
};

const load = async (fresh = false) => {
  const signal = takeTurn();
  const late = setTimeout(() => {
    ui.bones.hidden = model.tags.length > 0;
    showProgress(-1);
  }, SHOWN_AFTER_MS);
  ui.messages.replaceChildren();
  showInstead(null);
  isLoading = true;
  let tags = [];
  try {
    const first = withQuery(`${path}/tags`, { n: 10000, all: state.all });
    for await (const page of walkPages(request, first, { signal, fresh })) {
      isLoading = !!page.next;
      if (fresh && !tags.length) forgetAll();
      tags = tags.concat(page.tags);
      Object.assign(model, { tags, hidden: page.hidden });
      byVersion = sortVersions(tags);
      ui.bones.hidden = true;
      arrange(needsSummaries(state.sort) ? DEFAULTS : state);
    }
    const listed = new Set(tags);
    for (const tag of model.selected) if (!listed.has(tag)) model.selected.delete(tag);
    if (!tags.length) showInstead(noTags());
    else if (needsSummaries(state.sort)) order();
    else if (tags.length <= FEW) model.summaries.wantAll(tags); // one request tells all siblings
  } catch (error) {
    if (!isAbort(error)) showFailure(error);
  } finally {
    clearTimeout(late);
    if (!signal.aborted) {
      isLoading = false;
      ui.bones.hidden = true;
      showProgress(null);
      showCount();
      selection.show();
    }
  }
};

/* Menus are loaded when one opens; deletion when it is asked for, or when there is something to undo. */

const menus = () => import("../tags/menus.js");

const showUndo = async () => {
  const { showUndo: show } = await import("../deletion/undo.js");
  show(ui.done, where, () => load(true));
};

const remove = async (tags) => {
  const { openDeletion } = await import("../deletion/dialog.js");
  await openDeletion({
    where,
    registry: model.registry,
    targets: tags.map((tag) => ({ tag, summary: model.summaries.known.get(tag) })),
    onState(tag, text) {
      if (text) model.states.set(tag, text);
      else model.states.delete(tag);
      rows.draw();
    },
    onGone(gone) {
      for (const tag of gone) {
        model.selected.delete(tag);
        model.states.delete(tag);
      }
      const lost = new Set(gone);
      const keep = (tag) => !lost.has(tag);
      model.tags = model.tags.filter(keep);
      byVersion = byVersion.filter(keep);
      ordered = ordered.filter(keep);
      model.summaries.forget(gone);
      relearn();
      filter();
      if (!model.tags.length) showInstead(noTags());
      showUndo();
    },
    failures: ui.failed,
  });
};

/* Events */

const toggleSelecting = () => {
  const isOn = ui.table.classList.toggle("selecting");
  ui.selecting.setAttribute("aria-pressed", isOn);
  ui.selecting.textContent = t(isOn ? "tags.done" : "tags.select");
};

const choose = (patch) => {
  address.set(patch, true);
  apply();
};
ui.sort.addEventListener("change", () => choose({ sort: ui.sort.value, order: naturalOrder(ui.sort.value) }));
ui.selecting.addEventListener("click", toggleSelecting);
ui.stop.addEventListener("click", () => model.summaries.stop());
ui.refresh.addEventListener("click", () => load(true));
onMenu("menu-view", async () => (await menus()).fillViewMenu(model, (patch) => {
  address.set(patch);
  if ("all" in patch) load();
  else apply();
}));
onMenu("menu-row", async (opener) => {
  (await menus()).fillRowMenu(model, opener, { select: selection.toggle, remove, whyNot });
});
ui.table.addEventListener("click", ({ target }) => {
  const column = target.closest("th[data-sort]")?.dataset.sort;
  if (column && target.closest(".sort")) choose(nextOrder(state, column));
  const tag = target.closest("tbody tr")?.dataset.tag;
  if (target.matches("[data-part=again]")) {
    model.summaries.forget([tag]);
    rows.draw();
  }
  if (target.matches("[data-part=finish]") && !whyNot(tag)) remove([tag]);
});
for (const [enter, leave] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  const mark = (isOn) => ({ target }) => {
    const tag = target.closest(".siblings")?.closest("tr").dataset.tag;
    if (!tag) return;
    model.marked = isOn ? model.digestOf(tag) : null;
    rows.draw();
  };
  ui.table.addEventListener(enter, mark(true));
  ui.table.addEventListener(leave, mark(false));
}
const withCurrent = (act) => () => {
  const tag = current();
  return tag ? act(tag) : false;
};
const copyFirst = (format) => withCurrent((tag) => {
  if (format === "digest") return model.digestOf(tag) ? copyText(model.digestOf(tag)) : false;
  return copyText(textFor(model, pullFormat(model, [tag]), [tag]));
});
bindKeys({
  KeyX: withCurrent((tag) => selection.toggle(tag)),
  "Shift+KeyX": withCurrent((tag) => selection.toggle(tag, true)),
  KeyC: copyFirst("pull"),
  KeyY: copyFirst("digest"),
  Delete() {
    const tags = model.selected.size ? [...model.selected] : [current()].filter(Boolean);
    if (!tags.length || whyNot(tags[0])) return false;
    remove(tags);
  },
  Escape() {
    if (!model.selected.size) return false;
    selection.clear();
  },
});
provideJumps(() => model.tags.map((tag) =>
  ({ name: tag, where: where.repository, href: link("manifest.html", { ...where, tag }) })));

const showRole = ({ role }) => {
  model.role = role;
  selection.show();
};
session.then(showRole, () => {});
document.addEventListener("rl:signed-in", ({ detail }) => {
  showRole(detail);
  load(true);
});

const [namespace, name] = splitName(where.repository);
ui.title.replaceChildren(make("span", { class: "dim" }, namespace), name);
document.title = `${where.repository}, ${where.registry}, ${document.title}`;
ui.table.setAttribute("aria-label", t("tags.table", { repository: where.repository }));
requestOnce("/api/v1/registries").then(({ registries }) => {
  Object.assign(model.registry, registries.find((entry) => entry.name === where.registry));
  showCommand();
  rows.draw();
  selection.show();
}, () => {});
if (sessionStorage.getItem("reglite.undo")) showUndo();
apply();
load();
