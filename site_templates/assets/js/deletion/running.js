/** Runs the steps of a deletion, says what becomes of each, and in the end what failed. */
import { isAbort } from "../lib/api.js";
import { icon, make, say, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { adviceOn, banner, button, titleOf } from "../elements/messages.js";
import { dismissal } from "./dismissal.js";
import { closed, dialog, name, show, ui } from "./parts.js";
import { runStep } from "./steps.js";
import { keep, nameList } from "./undo.js";

/** A line for what becomes of a step. */
const createLine = ({ tags, digest }) => {
  const line = make("li", {}, make("span", { class: "icon" }), " ", name(nameList(tags.length ? tags : [shortDigest(digest)])), " ", make("span", { class: "end" }));
  return Object.assign(line, {
    tell(text, glyph, look = "") {
      line.firstChild.replaceWith(glyph ? icon(glyph) : make("span", { class: "icon" }));
      line.className = look;
      line.lastChild.textContent = text;
    },
  });
};

const runOne = async ({ where, onState, onGone }, step, line) => {
  const tell = (text) => step.tags.forEach((tag) => onState(tag, text));
  tell(t("tags.deleting"));
  line.tell(t("tags.deleting"));
  try {
    const { tags = step.tags, notes, undo, kept_children: held = [] } = await runStep(where, step);
    if (step.kind !== "placeholder") keep(where, { ...step, tags, notes, undo, held: held.map((child) => child.digest) });
    line.tell(t("deletion.gone"), "check", "ok");
    onGone(tags);
  } catch (error) {
    // A fault of ours is thrown on.
    isAbort(error);
    line.tell(`${titleOf(error, where.registry)} ${error.code}`, "error", "danger");
    tell(null);
    return [{ step, error }];
  }
  return [];
};

/** Runs the steps one after another; several show their progress in the dialog, which can stop them. Answers `[{step, error}]` of those that failed. */
export const run = async (request, steps) => {
  const lines = steps.map(createLine);
  const failed = [];
  let isStopped = false;
  if (steps.length > 1) {
    ui.outcomes.replaceChildren(...lines);
    show("busy", "outcomes");
    ui.go.hidden = true;
    ui.cancel.textContent = t("common.stop");
    dialog.showModal();
    closed().then(() => { isStopped = true; });
  }
  for (const [at, step] of steps.entries()) {
    if (isStopped) break;
    ui.finding.textContent = t("deletion.progress", { at: at + 1, n: steps.length });
    Object.assign(ui.line, { max: steps.length, value: at });
    lines[at].scrollIntoView({ block: "nearest" });
    failed.push(...await runOne(request, step, lines[at]));
  }
  return failed;
};

/** Says in the dialog, where the outcomes stand, that some failed; answers whether to try those again. */
export const offerRetry = async (failed) => {
  ui.finding.textContent = t("deletion.some_failed", { n: failed.length });
  ui.line.value = ui.line.max;
  ui.cancel.textContent = t("common.close");
  ui.go.hidden = false;
  ui.go.textContent = t("deletion.retry_failed");
  ui.go.removeAttribute("aria-disabled");
  return await closed() === "delete";
};

/** A banner in `place` for each that failed, once the dialog is gone; `onRetry([{step, error}])`. */
export const showFailed = (place, failed, onRetry) => {
  for (const { step, error } of failed) {
    const tags = make("b", { class: "name" }, nameList(step.tags.length ? step.tags : [shortDigest(step.digest)]));
    const retry = button(t("common.retry"), (event) => {
      event.target.closest(".banner").remove();
      onRetry([{ step, error }]);
    }, { glyph: "retry" });
    place.append(banner("danger", "error", [...say("deletion.failed", { n: step.tags.length, tags }), " ",
      ...adviceOn(error), " ", make("code", {}, error.code)], retry, dismissal()));
  }
};
