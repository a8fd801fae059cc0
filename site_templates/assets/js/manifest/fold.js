/** What is inside a fold of what is attached, asked for when it is opened; fetched with the first. */
import { isAbort } from "../lib/api.js";
import { ask } from "../lib/ask.js";
import { make, t } from "../lib/dom.js";
import { here } from "../lib/session.js";
import { link } from "../lib/url.js";
import { adviceOn, titleOf } from "../elements/messages.js";
import { drawFirst, plain } from "./excerpt.js";
import { getView } from "./view.js";

/** Fills `body` by `fill(body, …what)`, or says why that failed. */
export const fillFold = async (body, fill, ...what) => {
  body.textContent = t("common.loading");
  try {
    await fill(body, ...what);
  } catch (error) {
    const retry = make("button", { class: "button", type: "button", onclick: () => fillFold(body, fill, ...what) }, t("common.retry"));
    body.replaceChildren(retry);
    if (!isAbort(error)) retry.before(make("p", {}, make("b", {}, titleOf(error, here.registry)), ". ", ...adviceOn(error), " ", make("code", {}, error.code)));
  }
};

/** Says why it could not be read. */
export const fail = (body, reason) => {
  throw reason;
};

/** Shows a blob of a repository; the reader of attestations is fetched with the first. */
export const showBlob = async (body, where, { digest }) => {
  const text = await ask({ ...where, blob: digest }, "");
  const { showAttestation } = await import("./packages.js");
  showAttestation(body, text, digest);
};

/** Says that a blob is no text. */
export const noteUnreadable = (body, where, { media_type: type }) =>
  body.replaceChildren(make("p", {}, t("attached.unreadable", { type: plain(type) })));

const drawFolds = (body, before, folds) => {
  const place = make("div");
  body.replaceChildren(before, place);
  drawFirst(place, folds, (draw) => draw());
};

/** Shows a referrer's layers by `foldsOf(where, view, of)`, and the way to its page. */
export const showReferrer = async (body, where, digest, foldsOf) => {
  const at = { ...where, digest };
  const view = await getView(at);
  const href = link("manifest.html", at);
  drawFolds(body, make("p", {}, make("a", { class: "link", href }, t("attached.open"))), foldsOf(where, view, ""));
};

/** Shows what is attached by a tag of its own, as cosign does. */
export const showTagged = async (body, where, tag, foldsOf) => {
  const isSignature = tag.endsWith(".sig");
  const at = { ...where, tag };
  const view = await getView(at);
  const href = link("manifest.html", at);
  const note = make("p", {}, `${t("attached.stored_as")} `, make("a", { class: "link code", href }, plain(tag)), ". ", isSignature ? t("attached.not_verified") : "");
  drawFolds(body, note, isSignature ? [] : foldsOf(where, view, ""));
};
