/** The selected tags, and the bar that stands in for the toolbar while there are any. */
import { one, stamp, t } from "../lib/dom.js";
import "../elements/overlay.js";

/** Binds the bar; answers `toggle(tag, isRange)`, `takeAll(isOn)`, `clear()` and `show()`. */
export const bindSelection = (model, { tools, all }, { onChange, onCopy, onDelete, whyNot }) => {
  const { selected } = model;
  const bar = stamp("selection-bar");
  let anchor = null;

  const show = () => {
    const n = selected.size;
    bar.count.textContent = t("tags.selected", { n });
    if (n && !bar.root.isConnected) tools.append(bar.root);
    if (!n) bar.root.remove();
    const isAll = n && model.shown.every((tag) => selected.has(tag));
    all.checked = isAll;
    all.indeterminate = n && !isAll;
    const reason = whyNot();
    bar.why.textContent = reason;
    bar.remove.classList.toggle("danger", !reason);
    bar.remove.setAttribute("aria-disabled", !!reason);
  };
  const change = () => {
    show();
    onChange();
  };
  const clear = () => {
    selected.clear();
    anchor = null;
    change();
  };
  const toggle = (tag, isRange) => {
    const ends = [model.shown.indexOf(anchor), model.shown.indexOf(tag)];
    if (isRange && ends[0] >= 0) {
      const range = model.shown.slice(Math.min(...ends), Math.max(...ends) + 1);
      for (const each of range) if (!model.states.has(each)) selected.add(each);
    } else if (!selected.delete(tag)) selected.add(tag);
    anchor = tag;
    change();
  };

  const takeAll = (isOn) => {
    for (const tag of model.shown) {
      if (isOn && !model.states.has(tag)) selected.add(tag);
      else selected.delete(tag);
    }
    change();
  };
  bar.clear.onclick = () => {
    clear();
    one("input", tools).focus();
  };
  bar.copy.onclick = () => onCopy(bar.copy);
  bar.remove.onclick = () => whyNot() || onDelete([...selected]);
  return { toggle, takeAll, clear, show };
};
