/** What stands on the page of a registry when its list fails, or only a part of it came; fetched with the first failure. */
import { make, t } from "../lib/dom.js";
import { banner, button, titleOf, trouble } from "../elements/messages.js";

/** Says it in the list's place or, where `n` repositories are there already, above them. */
export const showFailure = ({ ui, registry, n, retry, showInstead }, error) => {
  if (!n) {
    ui.tools.hidden = true;
    return showInstead(trouble(error, registry, retry));
  }
  return ui.messages.replaceChildren(banner("warn", "warning",
    [t("repositories.partial", { n, name: registry }), " ", titleOf(error, registry), ". ", make("code", {}, error.code)],
    button(t("common.retry"), retry, { glyph: "retry" })));
};
