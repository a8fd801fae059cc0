/** How a registry does, as an icon and a word. */
import { icon, make, t } from "../lib/dom.js";

const STATES = {
  online: ["ok", "check", "status.online"],
  unauthorized: ["warn", "key", "status.unauthorized"],
  offline: ["danger", "error", "status.offline"],
};

/** The shape of the answer of `/status`. */
export const STATUS = {
  status: (value) => Object.hasOwn(STATES, value), "latency_ms?": 0, credential_source: "", capabilities: {}, hints: [""],
  "error?": { code: "", "message?": "" },
};

const AT_ONCE = 12;

/** Checks each registry in turn, some at once: a browser refuses thousands of requests. */
export const checkEach = (registries, check) => {
  const waiting = [...registries];
  const work = async () => {
    while (waiting.length) await check(waiting.shift());
  };
  return Promise.all(Array.from({ length: AT_ONCE }, work));
};

/** The flag of a state; `place` is one more class. */
export const flagOf = (status, place = "") => {
  const [look, glyph, key] = STATES[status];
  return make("span", { class: `flag ${look} ${place}` }, icon(glyph), " ", t(key));
};

/** Fills `element` with the flag and, where it is online, the latency. */
export const fillStatus = (element, { status, latency_ms: ms }) =>
  element.replaceChildren(flagOf(status), ...(status === "online" && ms != null
    ? [" ", make("span", { class: "soft" }, t("status.latency", { ms: Math.round(ms) }))] : []));
