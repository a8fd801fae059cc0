/** What stands around the rows of the tags page: the pull command, how many there are, words in their place. */
import { t } from "../lib/dom.js";

/** Answers what shows each of them as the model is now. */
export const bindAround = (model, ui) => ({
  /** The command for `latest` or the first tag. */
  showCommand() {
    const tag = model.tags.includes("latest") ? "latest" : model.ordered[0];
    ui.command.hidden = !tag || !model.formats;
    if (ui.command.hidden) return;
    const format = model.summaries.known.get(tag)?.kind === "chart" ? "helm" : "docker";
    const command = model.formats[format](model.registry, model.where.repository, tag);
    const verb = /^\w+ pull (--\S+ )?/.exec(command)[0];
    ui.verb.textContent = verb;
    ui.reference.textContent = command.slice(verb.length);
    ui.copy_command.dataset.copy = command;
  },

  /** How many tags there are, and how many of them the filter leaves. */
  showCount() {
    const n = model.tags.length;
    const text = model.state.q ? t("tags.count_of", { m: model.shown.length, n }) : t("tags.count", { n });
    ui.count.textContent = n ? text + (model.isLoading ? t("tags.more_coming") : "") : "";
  },

  /** Puts words in the table's place, or the table back. */
  showInstead(content) {
    ui.instead.replaceChildren(...(content ? [content] : []));
    ui.table.hidden = !!content;
    ui.tools.hidden = !!content && !model.tags.length && !model.hidden;
  },
});
