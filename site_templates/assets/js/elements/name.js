/** A name in a row: matches marked, the namespace muted, the middle cut where it is too long. */
import { make } from "../lib/dom.js";
import { cutMiddle, findMatches } from "../lib/format.js";

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
