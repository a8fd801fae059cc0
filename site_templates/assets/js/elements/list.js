/** What lists of names have: a filter, a cursor, names that are marked and cut, a window of rows. */
import { make, one, painted, t } from "../lib/dom.js";
import { cutMiddle, findMatches } from "../lib/format.js";
import { bindKeys } from "../lib/keyboard.js";

/* The filter: its box, and the words for no match */

/** Answers `(text) => void` that puts a text into the box; `onChange(text)` hears what is typed. */
export const bindFilter = (onChange) => {
  const box = one("#filter");
  const set = (text) => {
    box.value = text;
    onChange(text);
  };
  box.addEventListener("input", () => onChange(box.value));
  box.addEventListener("keydown", (event) => {
    if (event.code !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (box.value) set("");
    else box.blur();
  });
  return set;
};

/** `key` with what was looked for, and the way out. */
export const noMatch = (words, onClear) => make("div", { class: "void" }, make("h2", {}, make("span", {}, ...words), " ",
  make("button", { class: "link", type: "button", onclick: onClear }, t("common.clear"))));

/* The cursor: the row's class and the focus of its link, so that a screen reader follows */

/** j, k and arrows move, Enter opens; out of the filter too, where Enter goes to the rows. `count()` answers how many rows there are, `reveal(index)` the row, brought into view. */
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
  const down = () => move(1);
  const up = () => move(-1);
  bindKeys({
    KeyJ: down, ArrowDown: down, KeyK: up, ArrowUp: up,
    Enter: (event) => event.target === document.body && row?.isConnected ? row.querySelector(".open").click() : false,
  });
  one("#filter").addEventListener("keydown", (event) => {
    if (event.isComposing || !/ArrowDown|Enter$/.test(event.code)) return;
    event.preventDefault();
    move(1);
  });
  /** Forgets the place: the list is another. */
  return () => {
    row?.classList.remove("cursor");
    at = -1;
    row = undefined;
  };
};

/* Names */

// Names of so many more characters fit the narrowest column; measuring each would cost more.
const ROOM = 20;

/** `[text, isMatch]` runs cut again at `at`, so that no run stands on both sides of it. */
const splitRuns = (runs, at) => {
  let from = 0;
  return runs.flatMap(([text, isMatch]) => {
    const room = Math.min(text.length, Math.max(0, at - from));
    from += text.length;
    return [[text.slice(0, room), isMatch, true], [text.slice(room), isMatch, false]];
  }).filter(([text]) => text);
};

const paint = (runs, dim) => {
  const nodes = (part) => part.map(([text, isMatch]) => (isMatch ? make("mark", {}, text) : text));
  const cut = splitRuns(runs, dim);
  const muted = cut.filter((run) => run[2]);
  return [...(muted.length ? [make("span", { class: "dim" }, ...nodes(muted))] : []), ...nodes(cut.filter((run) => !run[2]))];
};

/** Fills `element`; the first `dim` characters are muted, the last `kept` never cut. */
export const fillName = (element, name, query = "", dim = 0, kept = 16) => {
  const [head, tail] = name.length > kept + ROOM ? cutMiddle(name, kept) : [name, ""];
  const halves = splitRuns(findMatches(name, query), head.length);
  const first = paint(halves.filter((run) => run[2]), dim);
  const last = paint(halves.filter((run) => !run[2]), dim - head.length);
  element.classList.toggle("cut", !!tail);
  element.title = name.length > kept ? name : "";
  element.replaceChildren(...(tail ? [make("span", {}, ...first), make("span", {}, ...last)] : first));
};

/* The window */

const OVERSCAN = 8;
const USUAL_HEIGHT = 36;
const FIRST_ROWS = 8;

const createSpacer = () => make("tr", { class: "spacer", role: "presentation", "aria-hidden": "true" });

/**
 * A long table that keeps only the rows near the screen in the document. Rows have one height, which
 * is measured; the rest is two spacer rows (`tr.spacer`). The table stays a real one: `aria-rowcount`
 * and `aria-rowindex` tell the whole.
 */
export class WindowedRows {
  #items = [];
  #rows = new Map();
  #height = 0;
  // The row at the upper edge of the screen, with its fraction.
  #top = 0;
  #isQueued = false;

  /**
   * `render(item, index, row)` answers the row of an item; `row` is what it answered before, or
   * undefined. `onWindow(items, isScrolled)` hears which items are in the document after each
   * drawing.
   */
  constructor(table, render, { keyOf = (item) => item, onWindow = () => {} } = {}) {
    Object.assign(this, { table, body: table.tBodies[0], render, keyOf, onWindow });
    this.before = createSpacer();
    this.after = createSpacer();
    this.body.replaceChildren(this.before, this.after);
    addEventListener("scroll", () => this.#queue(), { passive: true });
    addEventListener("resize", () => this.#queue());
  }

  get items() {
    return this.#items;
  }

  /** Shows these items, in this order. */
  set items(items) {
    this.show(items);
  }

  /** As setting `items`; `isStale = false` leaves rows that are there as they are. */
  show(items, isStale = true) {
    this.#items = items;
    this.table.ariaRowCount = items.length + 1;
    this.draw(isStale);
  }

  /** The row of a key, if it is in the document. */
  rowOf(key) {
    return this.#rows.get(key);
  }

  /** Brings an item into view, clear of what is sticky, and answers its row. */
  reveal(index) {
    const height = this.#height || USUAL_HEIGHT;
    const top = this.body.getBoundingClientRect().top + index * height;
    const clear = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBlockStart) || 0;
    if (top < clear) scrollBy(0, top - clear);
    else if (top + height > innerHeight) scrollBy(0, top + height - innerHeight);
    this.draw();
    return this.#rows.get(this.keyOf(this.#items[index]));
  }

  #queue() {
    if (this.#isQueued) return;
    this.#isQueued = true;
    requestAnimationFrame(() => {
      this.#isQueued = false;
      this.draw(false, true);
    });
  }

  /** Takes the height of a row anew and keeps the place in the list; answers whether it changed. */
  #fit() {
    const { body, before } = this;
    const row = before.nextSibling;
    const { height } = row.getBoundingClientRect();
    if (row === this.after || !height || height === this.#height) return false;
    this.#height = height;
    if (this.#top > 0) {
      before.style.blockSize = `${(row.ariaRowIndex - 2) * height}px`;
      scrollBy(0, body.getBoundingClientRect().top + this.#top * height);
    }
    return true;
  }

  /** Looks where the screen is: the rows `[first, last)` to be in the document. */
  #look(count, height) {
    const { top } = this.body.getBoundingClientRect();
    this.#top = -top / height;
    const first = Math.max(0, Math.min(count, Math.floor(-top / height) - OVERSCAN));
    return [first, Math.max(first, Math.min(count, Math.ceil((innerHeight - top) / height) + OVERSCAN))];
  }

  /** Brings the document up to date; `isStale = false` leaves rows that are there as they are. */
  draw(isStale = true, isScrolled = false) {
    const { before, after } = this;
    const count = this.#items.length;
    // The first few rows are painted as they come; the others are made when those can be measured.
    const isStart = count > 0 && !this.#rows.size && !document.hidden;
    if (!isStart) this.#fit();
    const height = this.#height || USUAL_HEIGHT;
    const [first, last] = isStart ? [0, Math.min(count, FIRST_ROWS)] : this.#look(count, height);
    const rows = new Map();
    const shown = this.#items.slice(first, last);
    for (const [at, item] of shown.entries()) {
      const key = this.keyOf(item);
      const known = this.#rows.get(key);
      const row = isStale || !known ? this.render(item, first + at, known) : known;
      row.ariaRowIndex = first + at + 2;
      rows.set(key, row);
    }
    this.#place(rows);
    before.style.blockSize = `${first * height}px`;
    after.style.blockSize = `${(count - last) * height}px`;
    before.hidden = !first;
    after.hidden = last === count;
    if (isStart) painted().then(() => this.draw(false));
    else if (!this.#height && this.#fit() && this.#height !== height) this.draw(false, isScrolled);
    else this.onWindow(shown, isScrolled);
  }

  /** Puts rows between the spacers in as few steps as it takes; a row in its place stays untouched. */
  #place(rows) {
    for (const [key, row] of this.#rows) {
      if (rows.get(key) === row) continue;
      if (row.contains(document.activeElement)) this.table.focus({ preventScroll: true });
      row.remove();
    }
    this.#rows = rows;
    let next = this.before.nextSibling;
    let waiting = [];
    for (const row of rows.values()) {
      if (row !== next) {
        waiting.push(row);
        continue;
      }
      row.before(...waiting);
      waiting = [];
      next = row.nextSibling;
    }
    this.after.before(...waiting);
  }
}
