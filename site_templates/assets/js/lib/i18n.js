/**
 * Words in the page's language. The page carries its catalogue as JSON in
 * `<script type="application/json" id="strings">`: flat keys, each with a text, or with an object of
 * plural forms (`one`, `few`, `many`, `other`) that `params.n` chooses from. Only keys that a module
 * names as a whole literal are there.
 */
import { createFormats } from "./format.js";

const messages = JSON.parse(document.getElementById("strings").textContent);

export const lang = document.documentElement.lang;
export const formats = createFormats(lang);

const plurals = new Intl.PluralRules(lang);

/** The message as an array of strings and, where a parameter is a node, that node. */
export const say = (key, params = {}) => {
  let text = messages[key] ?? key;
  if (typeof text === "object") text = text[plurals.select(params.n)] ?? text.other;
  return text.split(/\{(\w+)\}/).map((part, at) => {
    if (at % 2 === 0) return part;
    const value = params[part] ?? "";
    return typeof value === "number" ? formats.number(value) : value;
  });
};

/** The message as one string; numbers are written as the language does. */
export const t = (key, params) => say(key, params).join("");
