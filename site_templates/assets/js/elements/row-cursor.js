/**
 * The cursor of a list of rows: j, k and arrows move it, Enter opens. It is the row's class and the
 * focus of its link, so that a screen reader follows.
 */
import { bindKeys } from "../lib/keyboard.js";

/** `count()` answers how many rows there are, `reveal(index)` the row, brought into view. */
export const bindCursor = (count, reveal) => {
  let at = -1;
  let row;
  const move = (step) => {
    if (!count()) return;
    at = Math.max(0, Math.min(count() - 1, at + step));
    row?.classList.remove("cursor");
    row = reveal(at);
    row.classList.add("cursor");
    row.querySelector(".open").focus({ preventScroll: true });
  };
  bindKeys({
    KeyJ: () => move(1), ArrowDown: () => move(1),
    KeyK: () => move(-1), ArrowUp: () => move(-1),
    Enter: (event) => event.target === document.body && row?.isConnected ? row.querySelector(".open").click() : false,
  });
  /** Forgets the place: the list is another. */
  return () => {
    row?.classList.remove("cursor");
    at = -1;
    row = undefined;
  };
};
