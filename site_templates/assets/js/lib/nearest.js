/** Names that somebody may have meant; pure. */

const MOST = 3;

/** How many letters must change to make one text of the other; more than `most` is `most + 1`. */
export const distance = (one, other, most) => {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, its] of [...other].entries()) {
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (letter === its ? 0 : 1)));
    }
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row.at(-1);
};

const lastOf = (name) => name.slice(name.lastIndexOf("/") + 1);

/** Up to three of `names` that are most like `wanted`: in spelling, or in their last part. */
export const nearestNames = (names, wanted) => {
  const most = Math.max(2, Math.floor(wanted.length / 4));
  return names
    .map((name) => [lastOf(name) === lastOf(wanted) ? 1 : distance(name, wanted, most), name])
    .filter(([far]) => far <= most)
    .sort(([a, one], [b, other]) => a - b || (one < other ? -1 : 1))
    .slice(0, MOST).map(([, name]) => name);
};
