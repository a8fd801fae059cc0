/**
 * A long table that keeps only the rows near the screen in the document. Rows have one height, which
 * is measured; the rest is two spacer rows (`tr.spacer`). The table stays a real one: `aria-rowcount`
 * and `aria-rowindex` tell the whole.
 */
import { make } from "../lib/dom.js";

const OVERSCAN = 8;
const USUAL_HEIGHT = 36;

const createSpacer = () => make("tr", { class: "spacer", role: "presentation", "aria-hidden": "true" });

export class WindowedRows {
  #items = [];
  #rows = new Map();
  #height = 0;
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
    addEventListener("resize", () => this.#queue(true));
  }

  get items() {
    return this.#items;
  }

  /** Shows these items, in this order. */
  set items(items) {
    this.#items = items;
    this.table.setAttribute("aria-rowcount", items.length + 1);
    this.draw();
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

  #queue(isResized) {
    if (isResized) this.#height = 0;
    if (this.#isQueued) return;
    this.#isQueued = true;
    requestAnimationFrame(() => {
      this.#isQueued = false;
      this.draw(false);
    });
  }

  /** Brings the document up to date; `isStale = false` leaves rows that are there as they are. */
  draw(isStale = true) {
    const { body, before, after } = this;
    const count = this.#items.length;
    const height = this.#height || USUAL_HEIGHT;
    const top = body.getBoundingClientRect().top;
    const first = Math.max(0, Math.min(count, Math.floor(-top / height) - OVERSCAN));
    const last = Math.max(first, Math.min(count, Math.ceil((innerHeight - top) / height) + OVERSCAN));
    const rows = new Map();
    const shown = this.#items.slice(first, last);
    for (const [at, item] of shown.entries()) {
      const key = this.keyOf(item);
      const known = this.#rows.get(key);
      const row = isStale || !known ? this.render(item, first + at, known) : known;
      row.setAttribute("aria-rowindex", first + at + 2);
      rows.set(key, row);
    }
    this.#place(rows);
    before.style.blockSize = `${first * height}px`;
    after.style.blockSize = `${(count - last) * height}px`;
    before.hidden = !first;
    after.hidden = last === count;
    if (!this.#height && shown.length) {
      this.#height = before.nextSibling.getBoundingClientRect().height;
      if (this.#height && this.#height !== height) return this.draw(false);
    }
    this.onWindow(shown, !isStale);
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
