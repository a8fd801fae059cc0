/** What stands across a row in place of figures: being deleted, failed, left unfinished. */
import { one, stamp, t, write } from "../lib/dom.js";
import { adviceOn, titleOf } from "../elements/messages.js";

/** What stands across a row that has no figures: `[part, text, title]`. */
const noteOf = (model, tag, summary) => {
  const state = model.states.get(tag);
  if (state) return ["said", state, ""];
  if (summary?.error) return ["failed", titleOf(summary.error, model.where.registry), adviceOn(summary.error).map((part) => part.textContent ?? part).join("")];
  return ["unfinished", t("tags.unfinished"), t("tags.unfinished_why")];
};

/** Puts the words across the row. */
export const fillNote = (model, parts, tag, summary) => {
  if (!parts.note) {
    parts.note = stamp("tag-note");
    parts.note.again.setAttribute("aria-label", t("tags.retry_one", { tag }));
  }
  const cell = parts.note;
  const [kind, text, title] = noteOf(model, tag, summary);
  for (const part of ["said", "failed", "unfinished"]) cell[part].hidden = part !== kind;
  cell.again.hidden = kind !== "failed";
  cell.finish.hidden = kind !== "unfinished";
  write(one("[data-text]", cell[kind]), text);
  cell[kind].title = title;
  if (!cell.root.isConnected) parts.digests.after(cell.root);
};
