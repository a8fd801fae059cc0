/** What stands around the rows of tags: the pull command, the count, words in the table's place. */
import { say, t } from "../lib/dom.js";
import { noMatch } from "../elements/list.js";

/** `known` answers the promise that settles when the registries' list was read or can't be. */
export const bindSurroundings = (model, ui, known) => {
  const showCommand = () => {
    const tag = model.tags.includes("latest") ? "latest" : model.ordered[0];
    const format = tag && model.pull?.formatOf(model.summaries.known.get(tag));
    ui.command.hidden = !format;
    if (!format) return;
    const command = model.pull.FORMATS[format](model.registry, model.where.repository, tag);
    const verb = /^\w+ pull (--\S+ )?/.exec(command)[0];
    ui.verb.textContent = verb;
    ui.reference.textContent = command.slice(verb.length);
    ui.copy_command.dataset.copy = command;
  };

  const showCount = () => {
    const n = model.tags.length;
    const text = model.state.q ? t("tags.count_of", { m: model.shown.length, n }) : t("tags.count", { n });
    const { q } = model.state;
    ui.all.ariaLabel = ui.all.title = q ? t("tags.select_matching", { n: model.shown.length, q }) : t("tags.select_all");
    ui.count.textContent = n ? text + (model.isLoading ? t("tags.more_coming") : "") : "";
  };

  /** Puts words in the table's place, or the table back. */
  const showInstead = (content) => {
    ui.instead.replaceChildren(...(content ? [content] : []));
    ui.table.hidden = !!content;
    ui.tools.hidden = !!content && !model.tags.length && !model.hidden;
  };

  /** Says that the filter lets nothing through, where that is so. */
  const showNoMatch = (clear) =>
    showInstead(model.shown.length ? null : noMatch(say("tags.no_match", { q: model.state.q }), clear));

  const showNone = async () => {
    const [{ noTags }] = await Promise.all([import("./none.js"), known()]);
    if (!model.tags.length) showInstead(noTags(model, ui.copy_command.cloneNode(true)));
  };

  /** Of a repository that the registry does not know, or that has lost its last tag. */
  const showUnknown = async () => {
    const { unknownRepository } = await import("./unknown.js");
    const words = await unknownRepository(model.where);
    if (words) showInstead(words);
    else showNone();
  };

  return { showCommand, showCount, showInstead, showNoMatch, showNone, showUnknown };
};
