/** What stands on the tags page when its list fails, or only a part of it came; fetched with the first failure. */
import { make, one, t } from "../lib/dom.js";
import { reader } from "../lib/session.js";
import { banner, button, titleOf, trouble } from "../elements/messages.js";

/** Says it in the list's place or, where tags are there already, above them. */
export const showFailure = ({ model, ui, load, showInstead }, error) => {
  const { registry } = model.where;
  if (!model.tags.length) return showInstead(trouble(error, registry, () => load(true)));
  const isSignedOut = error.code === "UNAUTHORIZED" || error.code === "SESSION_EXPIRED";
  const words = isSignedOut ? t("tags.signed_out", { n: model.selected.size })
    : t("tags.partial", { n: model.tags.length, what: titleOf(error, registry) });
  const way = error.code === "UNAUTHORIZED" && reader.answer?.sign_in.length
    ? button(t("session.sign_in"), () => one("#sign-in").click())
    : button(t("common.retry"), () => load(true), { glyph: "retry" });
  return ui.messages.replaceChildren(banner("warn", isSignedOut ? "key" : "warning", [words, " ", make("code", {}, error.code)], way));
};
