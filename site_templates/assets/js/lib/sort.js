/** Sorting by what is known of each item; pure. */

/**
 * `items` sorted by what `keyOf` gives: a string, a number, or null, which is last either way. Equal
 * keys keep the order that the items came in. Returns a new array.
 */
export const sortBy = (items, keyOf, descending) => {
  const sign = descending ? -1 : 1;
  return items
    .map((item) => [keyOf(item), item])
    .sort(([a], [b]) => (a == null) - (b == null) || (a < b ? -sign : a > b ? sign : 0))
    .map((entry) => entry[1]);
};
