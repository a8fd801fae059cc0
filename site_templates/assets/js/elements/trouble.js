/** What failed beside what the page is about, said above it; fetched with the first such failure. */
import { make, one, t } from "../lib/dom.js";
import { adviceOn, banner, button, titleOf } from "./messages.js";

/** Shows it, unless the page says already why it has nothing to show. */
export const showTrouble = (error) => {
  if (one("main .void[role=alert]")) return;
  one("#trouble").replaceChildren(banner("danger", "error",
    [make("b", {}, titleOf(error, "RegLite")), ". ", ...adviceOn(error), " ", make("code", {}, error.code)],
    button(t("common.retry"), () => location.reload(), { glyph: "retry" })));
};
