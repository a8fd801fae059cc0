/** What a reader does on the tags page: select, order, copy, delete; fetched with the first of it. */
import { all, announce, t } from "../lib/dom.js";
import { copyText } from "../elements/copy.js";
import { pullFormat, textFor } from "./commands.js";
import { fillRowMenu, fillViewMenu, openFormats, openSiblings } from "./menus.js";
import { naturalOrder, nextOrder } from "./columns.js";
import { bindSelection } from "./selection.js";

/** Answers `hear(event)`, `press(key, tag)`, `fillMenu(id, opener)`, `prune()`, `show()` and `showView()`. */
export const bindDeeds = ({ model, ui, rows, address, apply, load, known, learn, filter, showNone, showUndo }) => {
  const { state } = model;

  const whyNot = (tag) => {
    if (!model.registry.can_delete) return t("tags.deletion_off");
    if (model.role !== "maintainer") return t("tags.needs_maintainer");
    return model.states.has(tag) ? t("tags.deleting") : "";
  };

  const drop = (gone) => {
    for (const list of ["tags", "byVersion", "ordered"]) model[list] = model[list].filter((tag) => !gone.has(tag));
    model.siblings.clear();
    model.summaries.forget([...gone]);
    learn(model.tags);
    filter();
    if (!model.tags.length) showNone();
  };

  const remove = async (tags) => {
    const { openDeletion } = await import("../deletion/dialog.js");
    await openDeletion({
      where: model.where,
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
        drop(new Set(gone));
        showUndo();
      },
      failures: ui.failed,
    });
  };
  const selection = bindSelection(model, ui, {
    onChange: () => rows.draw(),
    onCopy: (opener) => openFormats(model, opener, [...model.selected]),
    onDelete: remove,
    whyNot,
  });

  const choose = (patch) => {
    address.set(patch, true);
    apply();
  };
  const toggleSelecting = () => {
    const isOn = ui.table.classList.toggle("selecting");
    ui.selecting.setAttribute("aria-pressed", isOn);
    ui.selecting.textContent = t(isOn ? "tags.done" : "tags.select");
  };
  const again = (tag) => {
    model.summaries.forget([tag]);
    rows.draw();
  };
  const click = (event) => {
    const { target } = event;
    const tag = target.closest("tbody tr")?.dataset.tag;
    if (target.closest(".sort")) choose(nextOrder(state, target.closest("th").dataset.sort));
    else if (target === ui.selecting) toggleSelecting();
    else if (target === ui.stop) model.summaries.stop();
    else if (target.matches("tbody .check")) selection.toggle(tag, event.shiftKey);
    else if (target.closest(".siblings")) openSiblings(model, target.closest(".siblings"), tag);
    else if (target.matches("[data-part=again]")) again(tag);
    else if (target.matches("[data-part=finish]") && !whyNot(tag)) remove([tag]);
  };
  const change = ({ target }) => {
    if (target === ui.all) selection.takeAll(ui.all.checked);
    else choose({ sort: ui.sort.value, order: naturalOrder(ui.sort.value) });
  };
  const mark = (isOn) => ({ target }) => {
    model.marked = isOn ? model.digestOf(target.closest("tr").dataset.tag) : null;
    rows.draw();
  };
  const ears = {
    click, change, pointerover: mark(true), pointerout: mark(false), focusin: mark(true), focusout: mark(false),
  };

  const changeView = (patch) => {
    address.set(patch);
    if ("all" in patch) load();
    else apply();
  };
  const showView = () => {
    for (const header of all("[data-sort]", ui.table)) {
      const isHere = header.dataset.sort === (state.sort === "name" ? "version" : state.sort);
      header.setAttribute("aria-sort", isHere ? `${state.order}ending` : "none");
    }
    ui.sort.value = state.sort;
    ui.platform.textContent = state.platform === "first" ? t("tags.first_platform") : state.platform || "linux/amd64";
  };
  const removeFrom = (tag) => {
    const tags = model.selected.size ? [...model.selected] : [tag];
    if (!whyNot(tags[0])) remove(tags);
  };
  const keys = {
    select: (tag) => tag && selection.toggle(tag),
    range: (tag) => tag && selection.toggle(tag, true),
    async pull(tag) {
      if (!tag) return;
      await known(); // the host to name is not guessed
      const format = model.pull && pullFormat(model, [tag]);
      if (!model.pull) announce(t("copy.no_host"));
      else if (format) copyText(textFor(model, format, [tag]));
      else announce(t("copy.no_pull"));
    },
    digest: (tag) => model.digestOf(tag) && copyText(model.digestOf(tag)),
    delete: removeFrom,
    clear: selection.clear,
  };
  return {
    hear: (event) => ears[event.type](event),
    press: (name, tag) => keys[name](tag),
    fillMenu(id, opener) {
      if (id === "menu-view") fillViewMenu(model, changeView);
      else fillRowMenu(model, opener, { select: selection.toggle, remove, whyNot });
    },
    /** The list is whole: what it lacks is not selected any more. */
    prune() {
      const listed = new Set(model.tags);
      for (const tag of model.selected) if (!listed.has(tag)) model.selected.delete(tag);
    },
    show: selection.show,
    showView,
  };
};
