/** The API reference: its text stands in the page; links open what they name. */
import "../elements/shell.js";

const open = () => {
  const target = document.getElementById(location.hash.slice(1)); // as it stands: an id needs no decoding
  if (target?.matches("details")) target.open = true;
};

addEventListener("hashchange", open);
open();
