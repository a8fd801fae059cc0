/**
 * The HTTP API. `<html data-api>` holds what stands before `/api/v1`: nothing, a base path or
 * another origin. Failures are ApiError; an abort stays a DOMException named AbortError.
 */
import { emit, painted } from "./dom.js";

const CREDENTIAL = "rl-authorization";
const LATE_MS = 150;
const base = document.documentElement.dataset.api;

/**
 * `code` is the API's, or OFFLINE (no answer) or SESSION_EXPIRED (a proxy's sign-in page came
 * instead); `status` is 0 without an answer.
 */
export class ApiError extends Error {
  constructor(code, message = "", status = 0, detail = null) {
    super(message || code);
    Object.assign(this, { code, status, detail });
  }
}

/** Whether nobody needs to hear of this: the request was called off. */
export const isAbort = (error) => error?.name === "AbortError";

/** The `Authorization` value of this tab, or null; `signIn(null)` forgets it. */
export const credential = () => sessionStorage.getItem(CREDENTIAL);
export const signIn = (value) =>
  value ? sessionStorage.setItem(CREDENTIAL, value) : sessionStorage.removeItem(CREDENTIAL);

/** The answer that early.js asked for while the modules came; it is taken once. */
const takeEarly = (path) => {
  const { early } = window;
  if (early?.path !== path) return null;
  delete window.early;
  return early.answer;
};

const send = async (path, { method = "GET", signal, body, fresh, type }) => {
  const headers = { Accept: "application/json" };
  if (credential()) headers.Authorization = credential();
  if (type) headers["Content-Type"] = type;
  try {
    const early = !fresh && method === "GET" && takeEarly(path);
    return await (early || fetch(base + path, {
      method, signal, body, headers, redirect: "manual",
      cache: fresh ? "reload" : "default",
    }));
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError("OFFLINE");
  }
};

const read = async (response) => {
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type"));
  if (response.type === "opaqueredirect" || (!isJson && /html/.test(response.headers.get("Content-Type")))) {
    throw new ApiError("SESSION_EXPIRED", "", response.status);
  }
  if (response.status === 204) return null;
  const answer = isJson ? await response.json() : await response.text();
  if (response.ok) return answer;
  const { code = "INTERNAL", message, detail } = answer?.errors?.[0] ?? {};
  throw new ApiError(code, message, response.status, detail);
};

/**
 * One request, for `ask.js` alone; answers parsed JSON, or text. Options: `method`, `body`, `type`, `signal`, `fresh`
 * (past every cache). A GET told to wait at most 30 s by `Retry-After` waits and asks twice more.
 * 401 and an expired session send `rl:sign-in-needed`.
 */
export const request = async (path, options = {}) => {
  // Dots, backslashes, tabs: what the browser would read as another address is not sent.
  const { pathname, search } = new URL(base + path, location);
  if (!(pathname + search).endsWith(path)) throw new ApiError("BAD_REQUEST");
  for (let tries = 2; ; tries--) {
    const response = await send(path, options);
    options.signal?.throwIfAborted();
    if (tries && response.status === 429 && !options.method) {
      const { hasWaited } = await import("./patience.js");
      if (await hasWaited(response, options.signal)) continue;
    }
    try {
      return await read(response);
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) throw new ApiError("OFFLINE");
      if (error.code === "UNAUTHORIZED" || error.code === "SESSION_EXPIRED") emit("sign-in-needed", error);
      throw error;
    }
  }
};

/**
 * Resolves once the list that early.js asked for is painted, or is late; at once where there is none.
 * What frames a page is asked for after that: the answers would take the processor from the rows.
 */
export const listShown = Promise.race(window.early ? [
  window.early.answer.then((response) => response.ok && response.json()).catch(() => {}).then(painted),
  new Promise((resolve) => setTimeout(resolve, LATE_MS)),
] : [null]);

/** A function that gives an AbortSignal and aborts the one it gave before: late answers are dropped. */
export const createTurn = () => {
  let controller;
  return () => {
    controller?.abort();
    controller = new AbortController();
    return controller.signal;
  };
};
