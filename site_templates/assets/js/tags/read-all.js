/** Reads every manifest for an order by what they say, with progress, Stop and what is left. */
import { make, one, t } from "../lib/dom.js";
import { banner, button } from "../elements/messages.js";
import "../elements/overlay.js";
import { needsSummaries, orderTags } from "./columns.js";
import { sizeOf } from "./row.js";

/** Answers `sort()`, `leave()`, `show()` and `readDates(tags)`; `arrange(tags)` puts tags on the page. */
export const bindReading = (model, ui, arrange, filter) => {
  const { state, summaries } = model;

  const show = (isReading = !ui.reading.hidden) => {
    ui.reading.hidden = !isReading;
    const n = model.tags.length;
    const known = Math.min(n, summaries.known.size);
    ui.reading_text.textContent = t("tags.reading", { known, n });
    Object.assign(ui.reading_line, { max: n || 1, value: known });
  };
  const forgetPart = () => one("[data-part=sorted]", ui.messages)?.remove();
  const showPart = (error) => {
    const known = model.tags.filter((tag) => summaries.known.get(tag)?.digest).length;
    const part = banner("warn", "warning", [t("tags.sorted_part", { known, n: model.tags.length }), " ",
      ...(error ? [make("code", {}, error.code)] : [])],
    button(t("tags.go_on"), () => {
      summaries.forget(model.tags.filter((tag) => summaries.known.get(tag)?.error));
      sort();
    }, { glyph: "retry" }));
    part.dataset.part = "sorted";
    ui.messages.append(part);
  };
  const put = () =>
    arrange(orderTags(model.byVersion, state, summaries.known, (summary) => sizeOf(summary, state.platform)));
  const leave = () => {
    forgetPart();
    summaries.stop();
    show(false);
  };

  /** Rows move once, when all is known, or on Stop. */
  const sort = async () => {
    forgetPart();
    if (!needsSummaries(state.sort)) {
      leave();
      return put();
    }
    filter();
    show(true);
    const error = await summaries.wantAll([...model.shown, ...model.tags]);
    show(false);
    if (!needsSummaries(state.sort)) return;
    put();
    if (error || model.tags.some((tag) => !summaries.known.has(tag))) showPart(error);
  };

  /** Reads these, whose dates the filter asks for. */
  const readDates = async (tags) => {
    show(true);
    const error = await summaries.wantAll(tags);
    show(false);
    filter();
    if (error) showPart(error);
  };
  return { sort, leave, show, readDates };
};
