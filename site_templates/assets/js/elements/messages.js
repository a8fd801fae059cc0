/** What went wrong or well, in words: banners above a list, and an error in its place. */
import { icon, lang, make, t } from "../lib/dom.js";

const MOST_CHARACTERS = 2000;
const begin = (text) => text.slice(0, MOST_CHARACTERS) + (text[MOST_CHARACTERS] ? "…" : "");

/** Words of the API, of many the first: it speaks English in every language of the page; what stands in backticks is code. */
export const told = (text) => make("span", { lang: "en" },
  ...begin(text ?? "").split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part)));

/** What failed and where, in a few words for an error's code and what its `detail` names. */
export const titleOf = ({ code, detail }, registry) => t("trouble.title", { ...detail, code, registry });

/** What to do next: a sentence for an error's code, then the API's words, which suffice in English. */
export const adviceOn = ({ code, message, detail }) => {
  const words = message && message !== code ? [told(message)] : [];
  return lang === "en" && words[0] ? words : [make("span", {}, t("trouble.remedy", { ...detail, code })), " ", ...words];
};

/** A button, with a glyph before its text. */
export const button = (text, onclick, { glyph } = {}) =>
  make("button", { class: "button", type: "button", onclick }, ...(glyph ? [icon(glyph), " "] : []), text);

/** A strip with an icon, words (strings and nodes) and buttons; `danger` is said at once. */
export const banner = (kind, glyph, words, ...buttons) =>
  make("div", { class: `banner ${kind}`, role: kind === "danger" ? "alert" : "status" },
    icon(glyph), make("p", {}, ...words), ...buttons);

/** An error in the place of a list: what, where and what to do, code, Retry. */
export const trouble = (error, registry, onRetry) =>
  make("div", { class: "void", role: "alert" },
    make("h2", {}, icon("error"), " ", titleOf(error, registry)),
    make("p", {}, ...adviceOn(error)),
    make("div", { class: "retry" },
      button(t("common.retry"), onRetry, { glyph: "retry" }), make("code", { class: "dim" }, error.code)));
