/** Walking through pages and cutting work into batches; pure. */

/**
 * Yields each page of a list: `get(url, {signal})` answers an object with `next` (a URL or null),
 * which is followed as it is. Ends on a URL seen before; an abort rejects out of `get`.
 */
export async function* walkPages(get, url, options = {}) {
  const seen = new Set();
  while (url && !seen.has(url)) {
    seen.add(url);
    const page = await get(url, options);
    yield page;
    url = page.next;
  }
}

/** The leading values that fit one request: at most `most` of them and `room` characters of query. */
export const takeBatch = (values, { name = "tag", most = 100, room = 3500 } = {}) => {
  const batch = [];
  for (const value of values) {
    room -= name.length + 2 + encodeURIComponent(value).length;
    if (batch.length === most || room < 0) break;
    batch.push(value);
  }
  return batch;
};
