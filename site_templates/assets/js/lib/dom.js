/**
 * Building the page out of its own templates and words; text goes in through textContent only. The
 * page carries its catalogue as JSON in `<script type="application/json" id="strings">`: flat keys,
 * each with a text, or with an object of texts: for the plural form (`one`, `few`, `many`, `other`)
 * of `params.n`, or for `params.code`. Only keys that a module names as a whole literal are there.
 */
import { createFormats } from "./format.js";

/* Elements */


export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The elements under `root` that have `data-part="name"`, by name. */
export const partsOf = (root) => Object.fromEntries(
  all("[data-part]", root).map((element) => [element.dataset.part, element]));

/** A copy of `<template id="…">`'s first element, and its parts by name. */
export const stamp = (id) => {
  const root = document.getElementById(id).content.firstElementChild.cloneNode(true);
  return { root, ...partsOf(root) };
};

/** An element with properties (`class` included; `aria-…` and `data-…` as attributes) and children. */
export const make = (tag, properties = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
};

/** Sets a text that is not there already: replaced text nodes lose the pointer that is over them. */
export const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

/** The parts of a name, each with its slash and then a place where a line may end. */
export const breakable = (name) => name.split(/(?<=\/)/).flatMap((part) => [part, make("wbr")]);

const SVG = "http://www.w3.org/2000/svg";

/** A glyph of the sprite that `<html data-icons>` names. */
export const icon = (name) => {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.classList.add("icon");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
};

/** Resolves once what was changed is painted; at once where nothing is. */
export const painted = () => new Promise((resolve) =>
  (document.hidden ? resolve() : requestAnimationFrame(() => setTimeout(resolve))));

/** Sends `rl:name` up from `target`; false if somebody prevented it. */
export const emit = (name, detail, target = document) =>
  target.dispatchEvent(new CustomEvent(`rl:${name}`, { bubbles: true, cancelable: true, detail }));

/** Says something to screen readers through the page's one live region. */
export const announce = (text) => {
  document.getElementById("live").textContent = text;
};

/** Shows the line under the bar: a share of 1, -1 for an unknown one, or null for none: all is there. */
export const showProgress = (share) => {
  const line = document.getElementById("progress");
  line.hidden = share === null;
  if (share === -1) one("#fault").hidden = true;
  document.getElementById("content").ariaBusy = !line.hidden;
  if (share >= 0) line.value = share;
  else line.removeAttribute("value");
};

/* Words */

const messages = JSON.parse(document.getElementById("strings").textContent);

export const lang = document.documentElement.lang;
export const formats = createFormats(lang);

let plurals;
const pluralOf = (n) => (plurals ??= new Intl.PluralRules(lang)).select(n);

/** The message as an array of strings and, where a parameter is a node, that node. */
export const say = (key, params = {}) => {
  let text = messages[key] ?? "";
  if (typeof text === "object") {
    const own = text[params.code ?? pluralOf(params.n)];
    text = own?.split ? own : text.other;
  }
  return text.split(/\{(\w+)\}/).map((part, at) => {
    if (at % 2 === 0) return part;
    const value = params[part] ?? "";
    if (typeof value === "number") return formats.number(value);
    return typeof value === "object" && !(value instanceof Node) ? "" : value;
  });
};

/** The message as one string; numbers are written as the language does. */
export const t = (key, params) => say(key, params).join("");
