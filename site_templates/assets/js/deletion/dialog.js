/** The dialog before a deletion: opens at once, fills from the plan, and does what is answered. */
import { isAbort } from "../lib/api.js";
import { all, say, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { describe, showBlocked, showFailure, update, weigh } from "./description.js";
import { find } from "./finding.js";
import { isBlocked, isConflict } from "./groups.js";
import { closed, dialog, name, put, show, showWhere, ui } from "./parts.js";
import { offerRetry, run, showFailed } from "./running.js";

/** Opens with what is known before any plan. */
const open = ({ where, targets }, isChanged) => {
  const [{ tag, digest, summary }] = targets;
  const whole = digest ?? summary?.digest ?? "";
  const isMany = targets.length > 1;
  put(ui.title, isMany ? [t("deletion.title_many", { n: targets.length })]
    : say(tag ? "deletion.title_tag" : "deletion.title_image", { tag: name(tag ?? shortDigest(whole)) }));
  showWhere(where, !isMany && whole);
  ui.cancel.textContent = t("common.cancel");
  ui.go.hidden = false;
  ui.go.textContent = t(isMany ? "deletion.remove_tags" : "deletion.remove_tag", { n: targets.length });
  ui.go.classList.remove("solid");
  ui.go.setAttribute("aria-disabled", "true");
  ui.typed.value = "";
  for (const radio of all("input", ui.choices)) radio.checked = radio.value === "tag";
  ui.finding.textContent = ui.list.dataset.shown = "";
  ui.list.open = false;
  show("busy", ...(isChanged ? ["notice"] : []));
  dialog.returnValue = "";
  dialog.showModal();
  ui.cancel.focus();
};

const showProgress = (checked, total, isMany) => {
  ui.finding.textContent = t(isMany ? "deletion.finding_many" : "deletion.finding", { checked, total });
  Object.assign(ui.line, { max: total || 1, value: checked });
};

/** What to ask about once steps failed: tags may name other images by now, images have other tags. */
const retargeted = (targets, failed) => {
  const tags = failed.flatMap(({ step }) => step.tags.filter((tag) => targets.some((target) => target.tag === tag)));
  return tags.length ? tags.map((tag) => ({ tag })) : failed.map(({ step: { digest } }) => ({ digest }));
};

/** Reports what failed, or asks anew about it. */
const settle = async (request, { targets }, steps, failed) => {
  const again = (some, isChanged) =>
    askAndRun(Object.freeze({ ...request, targets: retargeted(targets, some) }), isChanged);
  if (failed.length === 1 && steps.length === 1 && isConflict(failed[0].error)) return again(failed, true);
  if (dialog.open) {
    if (!failed.length) return dialog.close();
    if (await offerRetry(failed)) return again(failed);
  }
  return showFailed(request.failures, failed, again);
};

/** Fills the open dialog; answers what was found, or undefined after a failure. */
const fill = async (request, isChanged, signal) => {
  try {
    const found = await find(request.where, request.targets, signal, showProgress, isChanged);
    if (found.groups.every(isBlocked)) showBlocked(request, found);
    else describe(request, found, isChanged || found.isChanged);
    ui.choices.oninput = ui.typed.oninput = () => update(request, found);
    return found;
  } catch (error) {
    if (!isAbort(error)) showFailure(error, request.where.registry);
  }
};

/** `isChanged` says from the start that this is asked once more, as tags or images changed. */
const askAndRun = async (request, isChanged = false) => {
  const controller = new AbortController();
  open(request, isChanged);
  const answer = closed();
  answer.then(() => controller.abort());
  const found = await fill(request, isChanged, controller.signal);
  if (await answer !== "delete" || !found) return;
  const { steps } = weigh(found);
  await settle(request, found, steps, await run(request, steps));
};

ui.cancel.onclick = () => dialog.close();
dialog.addEventListener("submit", (event) => {
  if (event.submitter === ui.go && ui.go.ariaDisabled === "true") event.preventDefault();
});

/**
 * Asks, deletes, reports. `request`: `where` {registry, repository}; `registry`, its entry; `targets`
 * [{tag, digest, summary}], of which a tag or a digest is enough; `onState(tag, text | null)` while
 * a tag is being deleted; `onGone(tags)`; `failures`, where banners go.
 */
export const openDeletion = (request) => askAndRun(Object.freeze({ ...request }));
