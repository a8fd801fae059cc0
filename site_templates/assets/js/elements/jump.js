/** The jump box of the bar; its dialog is fetched when it first opens. */
import { one } from "../lib/dom.js";

let provide = () => [];

/** Gives the box what a page has loaded: a function that answers `[{name, where, href}]`. */
export const provideJumps = (provider) => {
  provide = provider;
};

/** Opens the dialog with what was typed into the bar's box, which is empty again. */
export const openJump = async () => {
  const palette = await import("./palette.js");
  palette.open(bar.value, provide);
  bar.value = "";
};

const bar = one("#jump input");
bar.addEventListener("input", openJump);
bar.addEventListener("click", openJump);
one("#jump").addEventListener("submit", (event) => {
  event.preventDefault();
  openJump();
});
