/** What stands behind the beginning of something long: how much that is, and a way to the rest. */
import { make, t } from "../lib/dom.js";
import { copyText } from "../elements/shell.js";

/** Puts behind `beginning` how much of a text that is, and a button that copies all of it. */
export const offerCopy = (beginning, note, whole) => beginning.after(make("span", { class: "soft" }, note), " ",
  make("button", { class: "link", type: "button", onclick: () => copyText(whole()) }, t("common.copy_all")));

/** Puts behind `end` how many of the items are in `place`, and a button that draws `batch` more of them there. */
export const offerMore = (place, items, draw, end, batch) => {
  let shown = batch;
  const words = make("span", { class: "soft" });
  const tell = () => {
    words.textContent = t("common.shown_of", { shown, n: items.length });
  };
  const go = () => {
    const next = items.slice(shown, shown + batch);
    place.append(...next.map((item, at) => draw(item, shown + at)));
    shown += next.length;
    tell();
    if (shown === items.length) line.remove();
  };
  const line = make("p", { class: "rest" }, words, " ", make("button", { class: "link", type: "button", onclick: go }, t("common.show_more")));
  tell();
  end.after(line);
};
