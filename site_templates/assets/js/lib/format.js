/** Text for sizes, dates, digests and names; pure, no DOM. */

const UNITS = { en: ["B", "KiB", "MiB", "GiB", "TiB"], ru: ["Б", "КиБ", "МиБ", "ГиБ", "ТиБ"] };
const MARKS = { en: [".", ","], ru: [",", "\u00a0"] };
const AGES = [["day", 864e5], ["hour", 36e5], ["minute", 6e4], ["second", 1e3]];
const WEEK_MS = 7 * 864e5;

/** 12 hex digits of `algorithm:hex`. */
export const shortDigest = (digest) => digest.split(":").pop().slice(0, 12);

/** `[head, tail]` of a name that is cut in the middle; the tail has the last 16 characters. */
export const cutMiddle = (name, tail = 16) =>
  name.length > tail + 4 ? [name.slice(0, -tail), name.slice(-tail)] : [name, ""];

/** `[namespace with its slash, last part]` of a repository's name. */
export const splitName = (name) => {
  const at = name.lastIndexOf("/") + 1;
  return [name.slice(0, at), name.slice(at)];
};

/** `name` as `[text, isMatch]` runs; the match ignores case. An empty query matches nothing. */
export const findMatches = (name, query) => {
  const runs = [];
  const low = name.toLowerCase();
  let from = 0;
  for (let at; query && (at = low.indexOf(query.toLowerCase(), from)) >= 0; from = at + query.length) {
    runs.push([name.slice(from, at), false], [name.slice(at, at + query.length), true]);
  }
  return [...runs, [name.slice(from), false]].filter(([text]) => text);
};

/** `linux/` is implied, and so is arm64's only variant: `arm64`, `arm/v7`, but `windows/amd64`. */
export const shortPlatform = (platform) => platform.replace(/^linux\//, "").replace("arm64/v8", "arm64");

/**
 * The formatters of one language: `number(n)`, `size(bytes)`, and of times in the reader's zone `age(iso)`,
 * `date(iso)`, `local(iso)`; `exact(iso)` is in UTC.
 */
export const createFormats = (lang) => {
  // Made when they are first needed: each takes as long as a screen of rows.
  let relative;
  const known = {};
  // Two characters differ, and making an Intl.NumberFormat for them delays the first row by 40 ms.
  const [mark, space] = MARKS[lang] ?? MARKS.en;
  const partsOf = (iso, timeZone) => Object.fromEntries((known[timeZone] ??= new Intl.DateTimeFormat(
    lang, { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }))
    .formatToParts(new Date(iso)).map((part) => [part.type, part.value]));
  const figure = (digits) => digits.replace(".", mark).replace(/\B(?=(\d{3})+(?!\d))/g, space);
  const number = (n) => figure(String(n));
  const date = (iso) => {
    const { day, month, year } = partsOf(iso);
    return `${day} ${month.slice(0, 3)} ${year}`;
  };
  const local = (iso, zone) => {
    const { day, month, year, hour, minute } = partsOf(iso, zone);
    return `${day} ${month} ${year}, ${hour}:${minute}`;
  };
  return {
    number,
    date,
    /** Binary units with three figures or so: 512 B, 1.13 GiB, 48.2 MiB; a dash where none is known. */
    size(bytes) {
      if (bytes == null) return "–";
      let unit = 0;
      for (; bytes >= 1000 && unit < 4; unit++) bytes /= 1024;
      return `${figure(bytes.toFixed(unit && (bytes < 9.995 ? 2 : 1)))} ${(UNITS[lang] ?? UNITS.en)[unit]}`;
    },
    /** `3 h ago` below 7 days, then `12 Mar 2024`; times ahead of the clock count as now. */
    age(iso, now = Date.now()) {
      const past = Math.max(0, now - Date.parse(iso));
      if (past >= WEEK_MS) return date(iso);
      const [unit, length] = AGES.find(([, ms]) => past >= ms) ?? AGES[3];
      return (relative ??= new Intl.RelativeTimeFormat(lang, { style: lang === "en" ? "narrow" : "short" })).format(-Math.floor(past / length), unit).replace(/(\d)([a-z])/, "$1 $2").replace(" m ", " min ").replace("мин.", "мин");
    },
    local,
    exact: (iso) => `${local(iso, "UTC")} UTC`,
  };
};
