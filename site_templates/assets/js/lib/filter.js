/**
 * What a filter asks of names: words that must all hold. A text in the name, a glob over all of it, `!`
 * before either for "not"; where names are dated, `older:90d` and `newer:12h`, in h, d or w. Pure.
 */
import { compileGlob } from "./glob.js";

const HOURS = { h: 1, d: 24, w: 168 };
const AGE = /^(older|newer):(\d{1,6})([hdw])$/;

const readAge = ([, which, n, unit]) => {
  const ms = n * HOURS[unit] * 3_600_000;
  return (age) => (which === "older" ? age > ms : age <= ms);
};

const readName = (word) => {
  const isNot = word.length > 1 && word[0] === "!";
  const text = isNot ? word.slice(1) : word;
  const isGlob = /[*?]/.test(text);
  const glob = isGlob && compileGlob(text);
  return { mark: isNot || isGlob ? "" : text, holds: (name) => (glob ? glob.test(name) : name.includes(text)) !== isNot };
};

/**
 * Answers `hasName(name)`, `hasAge(created, now)`, false where no date is known, whether there are `hasAges`
 * and the text to `mark` in names. Letter case does not count.
 */
export const parseFilter = (q, isDated = false) => {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const isAge = (word) => isDated && AGE.test(word);
  const ages = words.filter(isAge).map((word) => readAge(AGE.exec(word)));
  const names = words.filter((word) => !isAge(word)).map(readName);
  return {
    hasAges: ages.length > 0,
    mark: names.find(({ mark }) => mark)?.mark ?? "",
    hasName: (name) => names.every(({ holds }) => holds(name.toLowerCase())),
    hasAge: (created, now = Date.now()) => !!created && ages.every((holds) => holds(now - Date.parse(created))),
  };
};
