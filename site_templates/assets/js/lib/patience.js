/** Waiting as long as a registry asks for; fetched with the first 429. */

const MOST_SECONDS = 30;

const secondsOf = (header) => Number(header) || Math.max(0, (Date.parse(header) - Date.now()) / 1000) || 1;

const sleep = (seconds, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, seconds * 1000);
  signal?.addEventListener("abort", () => {
    clearTimeout(timer);
    reject(signal.reason);
  }, { once: true });
});

/** Waits out the answer's `Retry-After`; false without one, and at once where that is too long. */
export const hasWaited = async (response, signal) => {
  const after = response.headers.get("Retry-After");
  if (!after || secondsOf(after) > MOST_SECONDS) return false;
  await sleep(secondsOf(after), signal);
  return true;
};
