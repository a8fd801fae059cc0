/** The parts of the dialog, and which of them show. */
import { make, one, partsOf, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import "../elements/overlay.js";
import { NOTHING } from "./groups.js";

const PARTS = ["notice", "busy", "choices", "said", "remedy", "list", "confirm", "note", "outcomes"];

export const dialog = one("#deletion");
export const ui = partsOf(dialog);

/** A name among words. */
export const name = (text) => make("span", { class: "name" }, text);

/** Shows these of the parts that come and go, and no others. */
export const show = (...shown) => PARTS.forEach((part) => { ui[part].hidden = !shown.includes(part); });

/** Fills an element with words, out of what `say` answers. */
export const put = (element, words) => element.replaceChildren(...words);

/** The line under the title; of one image, its digest too. */
export const showWhere = ({ registry, repository }, digest) => {
  ui.where.textContent = `${registry} / ${repository}` + (digest && digest !== NOTHING ? `, ${shortDigest(digest)}` : "");
};

/** Leaves Close as the only button. */
export const leaveClose = () => {
  ui.go.hidden = true;
  ui.cancel.textContent = t("common.close");
};

/** Resolves when the dialog closes: "delete" or "". */
export const closed = () => new Promise((resolve) => {
  dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
});
