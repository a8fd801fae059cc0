/** What stands behind the beginning of something long: how much that is, and a way to the rest. */
import { make, t } from "../lib/dom.js";
import { copyText } from "../elements/shell.js";
import { BATCH, noteOf } from "./excerpt.js";

/** Puts behind `beginning` how much of a text that is, and a button that copies all of it. */
export const offerCopy = (beginning, text, most) => beginning.after(
  make("span", { class: "soft" }, noteOf(text, most)), " ",
  make("button", { class: "link", type: "button", onclick: () => copyText(text) }, t("common.copy_all")));

/** Puts behind `end` how many of the items are in `place`, and a button that draws more of them there. */
export const offerMore = (place, items, draw, end) => {
  let shown = BATCH;
  const words = make("span", { class: "soft" });
  const tell = () => {
    words.textContent = t("common.shown_of", { shown, n: items.length });
  };
  const go = () => {
    const next = items.slice(shown, shown + BATCH);
    place.append(...next.map((item, at) => draw(item, shown + at)));
    shown += next.length;
    tell();
    if (shown === items.length) line.remove();
  };
  const line = make("p", { class: "rest" }, words, " ", make("button", { class: "link", type: "button", onclick: go }, t("common.show_more")));
  tell();
  end.after(line);
};
