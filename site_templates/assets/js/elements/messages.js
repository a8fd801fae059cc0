/** What went wrong or well, in words: banners above a list, and an error in its place. */
import { icon, make, t } from "../lib/dom.js";

const TITLES = {
  OFFLINE: "trouble.offline",
  SESSION_EXPIRED: "trouble.expired",
  UNAUTHORIZED: "trouble.unauthorized",
  DENIED: "trouble.denied",
  NAME_UNKNOWN: "trouble.not_found",
  MANIFEST_UNKNOWN: "trouble.not_found",
  REGISTRY_UNKNOWN: "trouble.registry_unknown",
  REGISTRY_UNREACHABLE: "trouble.unreachable",
  REGISTRY_TIMEOUT: "trouble.timeout",
  TOOMANYREQUESTS: "trouble.too_many",
  TAG_PROTECTED: "trouble.protected",
  UNSUPPORTED: "trouble.unsupported",
  NAME_INVALID: "trouble.invalid",
  TAG_INVALID: "trouble.invalid",
  DIGEST_INVALID: "trouble.invalid",
  INTERNAL: "trouble.internal",
};

const REMEDIES = { OFFLINE: "trouble.offline_remedy", SESSION_EXPIRED: "trouble.expired_remedy" };

/** Words of the API, which speaks English in every language of the page; what stands in backticks is code. */
export const told = (text) => make("span", { lang: "en" },
  ...text.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part)));

/** A few words for an error's code. */
export const titleOf = (error, registry) => t(TITLES[error.code] ?? "trouble.other", { registry });

/** A button; `look` is classes beside `button`. */
export const button = (text, onclick, { glyph, look = "" } = {}) =>
  make("button", { class: `button ${look}`, type: "button", onclick }, ...(glyph ? [icon(glyph), " "] : []), text);

/** A strip with an icon, words (strings and nodes) and buttons; `danger` is said at once. */
export const banner = (kind, glyph, words, ...buttons) =>
  make("div", { class: `banner ${kind}`, role: kind === "danger" ? "alert" : "status" },
    icon(glyph), make("p", {}, ...words), ...buttons);

/** An error in the place of a list: what, where and what to do, code, Retry. */
export const trouble = (error, registry, onRetry) =>
  make("div", { class: "void", role: "alert" },
    make("h2", {}, icon("error"), " ", titleOf(error, registry)),
    make("p", {}, REMEDIES[error.code] ? t(REMEDIES[error.code]) : told(error.message)),
    make("div", { class: "retry" },
      button(t("common.retry"), onRetry, { glyph: "retry" }), make("code", { class: "dim" }, error.code)));
