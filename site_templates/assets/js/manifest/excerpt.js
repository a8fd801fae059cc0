/** What is drawn of a registry's documents, all of it hostile: the beginning; what is longer fetches more.js. */
import { make, t } from "../lib/dom.js";

const MOST_CHARACTERS = 2000;

/** So much is shown of a document, as it came: written anew, it could become far more. */
export const MOST_OF_DOCUMENT = 20_000;

/** So many items are drawn at once. */
export const BATCH = 100;

// Controls, separators of lines and what shows nothing would lie about the text around them.
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;
const begin = (text, most) => text.slice(0, most).replace(UNSEEN, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/** How much of a text is shown. */
const noteOf = (text, most) => t("common.first_characters", { shown: most, n: text.length });

/** Text with its invisible characters written out as `\u{202e}`; of a long one the beginning. */
export const plain = (value, most = MOST_CHARACTERS) => {
  const text = typeof value === "object" ? "…" : String(value);
  return begin(text, most) + (text.length > most ? noteOf(text, most) : "");
};

/** All of a text for the clipboard, its invisible characters written out too. */
export const whole = (text) => begin(text, Infinity);

/** Puts behind the beginning of a long text how much that is, and a button that copies all of it. */
export const offerRest = (beginning, text, most) => import("./more.js").then(({ offerCopy }) =>
  offerCopy(beginning, noteOf(text, most), () => whole(text)));

/** Nodes of plain text; a long one can be copied as a whole. */
export const excerpt = (value, most = MOST_CHARACTERS) => {
  if (typeof value !== "string" || value.length <= most) return [plain(value, most)];
  const beginning = make("span", {}, begin(value, most));
  offerRest(beginning, value, most);
  return [beginning];
};

/** Puts `draw(item, at)` of the first items into `place`; where there are more, a line behind `end` says so. */
export const drawFirst = (place, items, draw, end = place) => {
  if (end.nextSibling?.className === "rest") end.nextSibling.remove();
  place.replaceChildren(...items.slice(0, BATCH).map(draw));
  if (items.length > BATCH) import("./more.js").then(({ offerMore }) => offerMore(place, items, draw, end, BATCH));
};

/** A list of items, each drawn as nodes. */
export const bullets = (items, draw = (item) => excerpt(item)) => {
  const list = make("ul");
  drawFirst(list, items, (item) => make("li", {}, ...draw(item)));
  return make("div", {}, list);
};
