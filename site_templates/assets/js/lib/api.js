/**
 * The HTTP API. `<html data-api>` holds what stands before `/api/v1`: nothing, a base path or
 * another origin. Failures are ApiError; an abort stays a DOMException named AbortError.
 */
import { emit, painted } from "./dom.js";
import { fits } from "./shape.js";

const CREDENTIAL = "rl-authorization";
const LATE_MS = 150;
const base = document.documentElement.dataset.api;
const ERRORS = { errors: [{ code: (value) => /^\w{1,64}$/.test(value), "message?": "" }] };

/** `code` is the API's or, where it gave no answer of its own, failure.js's; `status` is 0 without one. */
export class ApiError extends Error {
  constructor(code, message = "", status = 0, detail = null) {
    super(message || code);
    Object.assign(this, { code, status, detail });
  }
}

/**
 * Whether nobody needs to hear of this: the request was called off. What is no failure of a request is
 * thrown on, so that a fault of ours is never taken for one.
 */
export const isAbort = (error) => {
  if (error instanceof ApiError) return false;
  if (error?.name === "AbortError") return true;
  throw error;
};

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

/** Throws what stands where an answer of the API should; the host of that module may be what does not answer. */
const refuse = async (asked, response) => {
  const module = await import("./failure.js").catch(() => null);
  const [code, detail] = module ? await module.tell(base, asked, response) : [navigator.onLine ? "OFFLINE" : "NO_NETWORK"];
  throw new ApiError(code, "", response?.status, detail);
};

/** Handles what fails in fetch itself: that is the network, or called off. */
const lost = (asked) => (error) => {
  if (error.name === "AbortError") throw error;
  return refuse(asked);
};

const prepare = (path, { method = "GET", signal, body, fresh, type }) => {
  const headers = { Accept: "application/json" };
  if (credential()) headers.Authorization = credential();
  if (type) headers["Content-Type"] = type;
  return new Request(base + path, { method, signal, body, headers, redirect: "manual", cache: fresh ? "reload" : "default" });
};

const read = async (response, asked, { shape, isText }) => {
  // Bytes out of a registry come under their digest, and as they are.
  if (isText && response.ok && response.headers.has("Docker-Content-Digest")) return response.text().catch(lost(asked));
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type"));
  const answer = isJson && await response.json().catch((error) => error instanceof SyntaxError || lost(asked)(error));
  if (response.ok && fits(answer, shape)) return answer;
  if (response.ok || !fits(answer, ERRORS) || !answer.errors.length) return refuse(asked, response);
  const [{ code, message, detail }] = answer.errors;
  throw new ApiError(code, message, response.status, detail);
};

/**
 * One request, for `ask.js` alone; answers parsed JSON of this `shape`, or text. Options: `shape`, see shape.js,
 * or `isText` for a blob; `method`, `body`, `type`, `signal`, `fresh` (past every cache). A GET told to wait at
 * most 30 s by `Retry-After` waits and asks twice more. 401 sends `rl:sign-in-needed`.
 */
export const request = async (path, options = {}) => {
  // Dots, backslashes, tabs: what the browser would read as another address is not sent.
  const { pathname, search } = new URL(base + path, location);
  if (!(pathname + search).endsWith(path)) throw new ApiError("BAD_REQUEST");
  for (let tries = 2; ; tries--) {
    const asked = prepare(path, options);
    const early = !options.fresh && !options.method && takeEarly(path);
    const response = await (early || fetch(asked)).catch(lost(asked));
    options.signal?.throwIfAborted();
    if (tries && response.status === 429 && !options.method) {
      const { hasWaited } = await import("./patience.js");
      if (await hasWaited(response, options.signal)) continue;
    }
    return read(response, asked, options).catch((error) => {
      if (error.code === "UNAUTHORIZED") emit("sign-in-needed");
      throw error;
    });
  }
};

/**
 * Resolves once the list that early.js asked for is painted, or is late; at once where there is none.
 * What frames a page is asked for after that: the answers would take the processor from the rows.
 */
export const listShown = Promise.race(window.early ? [
  window.early.answer.then((response) => Object.hasOwn(response, "json") && response.json()).catch(() => {}).then(painted),
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
