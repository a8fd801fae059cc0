/** How a banner is taken away. */
import { icon, make, t } from "../lib/dom.js";

/** The button that takes a banner away. */
export const dismissal = (onDismiss = () => {}) => make("button", {
  class: "tool", type: "button", "aria-label": t("common.dismiss"),
  onclick: (event) => {
    event.currentTarget.closest(".banner").remove();
    onDismiss();
  },
}, icon("close"));
