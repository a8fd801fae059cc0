/** The API reference: its text stands in the page; links open what they name. */
import "../elements/shell.js";

const open = () => {
  const target = document.querySelector("details:target");
  if (target) target.open = true;
};

addEventListener("hashchange", open);
open();
