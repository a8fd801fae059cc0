/** What stands where the API's answer should: told from what came; fetched with the first such failure. */

const HEALTH = "/api/v1/health";

const BY_STATUS = {
  401: "SESSION_EXPIRED", 403: "PROXY_REFUSED", 404: "API_MISSING", 405: "API_MISSING", 410: "API_MISSING",
  413: "PROXY_TOO_LONG", 414: "PROXY_TOO_LONG", 429: "PROXY_BUSY", 431: "PROXY_TOO_LONG",
};

/** Whether an HTML answer is a page of these: a static host that answers every address with one. */
const isOwnPage = async (response) => /<html[^>]* data-page=/.test((await response.text().catch(() => "")).slice(0, 2000));

/** The code for an answer that is none of RegLite's: an expired proxy session, a gateway, a static host. */
const tellAnswer = async (response) => {
  if (response.type === "opaqueredirect") return "SESSION_EXPIRED";
  if (response.status >= 500) return "GATEWAY";
  if (!response.ok || !/html/.test(response.headers.get("Content-Type"))) return BY_STATUS[response.status] ?? "WRONG_ANSWER";
  return await isOwnPage(response) ? "API_MISSING" : "SESSION_EXPIRED";
};

const answers = (url, options) => fetch(url, { cache: "no-store", credentials: "omit", ...options }).then(() => true, () => false);

/**
 * The code for a request that got no answer. Of another origin only a request that need not be read
 * tells whether nobody is there or this page may not read what came.
 */
const tellSilence = async (base, headers) => {
  if (!navigator.onLine) return "NO_NETWORK";
  if (new URL(base || "/", location).origin === location.origin) return "OFFLINE";
  const [isThere, isReadable] = await Promise.all([
    answers(base + HEALTH, { mode: "no-cors" }), answers(base + HEALTH, { headers })]);
  if (isReadable) return "OFFLINE";
  return isThere ? "ORIGIN_REFUSED" : "ELSEWHERE_OFFLINE";
};

/** `[code, detail]` of a request and what came of it, if anything; `detail` has what words for it name. */
export const tell = async (base, { headers }, response) => [
  await (response ? tellAnswer(response) : tellSilence(base, headers)),
  { status: response?.status, origin: location.origin, address: new URL(`${base}/api/v1`, location).href },
];
