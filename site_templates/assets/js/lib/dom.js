/** Building the page out of its own templates; text goes in through textContent only. */

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

const SVG = "http://www.w3.org/2000/svg";

/** A glyph of the sprite that `<html data-icons>` names. */
export const icon = (name) => {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
};

/** Sends `rl:name` up from `target`; false if somebody prevented it. */
export const emit = (name, detail, target = document) =>
  target.dispatchEvent(new CustomEvent(`rl:${name}`, { bubbles: true, cancelable: true, detail }));

/** Says something to screen readers through the page's one live region. */
export const announce = (text) => {
  document.getElementById("live").textContent = text;
};

/** Shows the line under the bar: a share of 1, -1 for an unknown one, or null for none. */
export const showProgress = (share) => {
  const line = document.getElementById("progress");
  line.hidden = share === null;
  if (share >= 0) line.value = share;
  else line.removeAttribute("value");
};
