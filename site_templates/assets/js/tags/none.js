/** What stands in the place of a list without tags: how to push one. */
import { make, t } from "../lib/dom.js";
import { FORMATS, quote } from "../lib/pull.js";

/** The words and the command; `copy` is the button that copies it. */
export const noTags = ({ pull, registry, where }, copy) => {
  if (!pull) return make("div", { class: "void" }, make("h2", {}, t("tags.none")));
  const command = quote(`docker push ${FORMATS.reference(registry, where.repository, "latest")}`);
  copy.dataset.copy = command;
  return make("div", { class: "void" }, make("h2", {}, t("tags.none")),
    make("div", { class: "command" }, make("code", {}, command), copy));
};
