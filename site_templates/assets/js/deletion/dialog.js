/** The dialog before a deletion: opens at once, fills from the plan, and says what goes and stays. */
import { ApiError, isAbort } from "../lib/api.js";
import { all, icon, make, one, partsOf, say, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { adviceOn, banner, button, titleOf, told } from "../elements/messages.js";
import "../elements/overlay.js";
import { dismissal } from "./dismissal.js";
import { NOTHING, groupTargets, hasChoice, inOrder, isBlocked, isConflict, isWhole, listMoved, stepsOf } from "./groups.js";
import { planGroup, resolveTargets, runStep } from "./steps.js";
import { keep, nameList } from "./undo.js";
import { affected, buttonText, listTags } from "./wording.js";

const dialog = one("#deletion");
const ui = partsOf(dialog);
const PARTS = ["notice", "busy", "choices", "said", "remedy", "confirm", "note", "outcomes"];

const name = (text) => make("span", { class: "name" }, text);
const show = (...shown) => PARTS.forEach((part) => { ui[part].hidden = !shown.includes(part); });
const put = (element, words) => element.replaceChildren(...words);
const leaveClose = () => {
  ui.go.hidden = true;
  ui.cancel.textContent = t("common.close");
};

/** Why nothing can be deleted, and what to change; only Close is left. */
const showBlocked = ({ where, registry, groups }) => {
  const { tags, plan, digest } = groups[0];
  const subject = tags[0] ?? shortDigest(digest);
  const isProtected = plan.protected.length > 0;
  const isOff = !isProtected && plan.untag === "unsupported" && registry.can_delete && plan.complete;
  const setting = make("code", {}, `inventory.${where.registry}.${isProtected ? "protect" : "delete"}`);
  put(ui.title, isProtected ? say("deletion.is_protected", { tag: name(subject) }) : say("deletion.not_allowed", { registry: where.registry }));
  put(ui.said, isProtected ? [...say("deletion.protected_why", { tags: listTags(plan.protected) }), " ", ...say("deletion.protected_remedy", { setting })]
    : !registry.can_delete ? say("deletion.off_inventory", { setting })
      : [isOff ? t("deletion.off_remedy") : told(plan.reason)]);
  show("said", ...(isOff ? ["remedy"] : []));
  leaveClose();
};

const describeOne = ({ groups: [group], tag }) => {
  const { plan } = group;
  const others = plan.tags.filter((each) => each !== tag);
  const n = plan.tags.length;
  const stays = others.length ? t("deletion.stays_as", { n: others.length, tags: listTags(others) }) : t("deletion.stays_untagged");
  if (hasChoice(group)) {
    put(ui.tag_what, say("deletion.only_tag", { tag }));
    put(ui.tag_then, [stays]);
    put(ui.image_what, [n === 2 ? t("deletion.image_and_both") : t("deletion.image_and_all", { n })]);
    put(ui.image_then, [t("deletion.stop_working", { n, tags: listTags(plan.tags) }), affected([group])]);
  } else if (!plan.allowed) {
    put(ui.said, [stays, " ", plan.protected.length ? t("deletion.image_protected", { n: plan.protected.length, tags: listTags(plan.protected) }) : told(plan.reason)]);
  } else if (others.length || !tag) {
    put(ui.said, [n ? t("deletion.stop_working", { n, tags: listTags(plan.tags) }) : t("deletion.no_tags"), affected([group])]);
  } else put(ui.said, [t("deletion.only_one", { tag }), affected([group])]);
};

const describeMany = ({ groups, tags }) => {
  const whole = groups.filter(isWhole);
  const every = groups.flatMap(({ plan }) => (plan.allowed ? plan.tags : []));
  const n = every.length;
  if (groups.some(hasChoice)) {
    put(ui.tag_what, [t("deletion.only_tags", { n: tags.length })]);
    put(ui.tag_then, [t("deletion.images_stay", { n: groups.length - whole.length }), " ",
      whole.length ? t("deletion.images_go", { n: whole.length }) : ""]);
    put(ui.image_what, [t("deletion.images_and_all", { n })]);
    put(ui.image_then, [t("deletion.stop_working", { n, tags: listTags(every) }), affected(groups)]);
  } else {
    put(ui.said, [t("deletion.stop_working", { n: tags.length, tags: listTags(tags) }), ". ",
      ...(whole.length === groups.length ? [t("deletion.images_go_too", { n: whole.length }), affected(groups)]
        : [t("deletion.images_stay", { n: groups.length - whole.length })])]);
  }
};

const choiceOf = (job) => (job.groups.some(hasChoice) ? one("input:checked", ui.choices).value : "tag");

/** What the chosen steps come to, and whether the repository's name must be typed. */
const weigh = (job) => {
  const steps = job.groups.flatMap((group) => stepsOf(group, choiceOf(job)));
  const images = steps.filter((step) => step.isImage).length;
  const tags = steps.flatMap((step) => step.tags).length;
  const isUndoable = steps.every((step) => step.manifest);
  return { steps, images, isUndoable, needsName: tags > 1 || images > 1 || !isUndoable, text: buttonText(steps, images, tags) };
};

const update = (job) => {
  const { needsName, isUndoable, text, images } = weigh(job);
  ui.go.textContent = text;
  ui.confirm.hidden = !needsName;
  const isReady = !needsName || ui.typed.value.trim() === job.where.repository;
  ui.go.setAttribute("aria-disabled", !isReady);
  ui.go.classList.toggle("solid", isReady);
  const isBrief = !images && job.groups.some(({ plan }) => plan.untag === "placeholder");
  ui.note.textContent = (isBrief ? t("deletion.note_placeholder") : "") + t(isUndoable ? "deletion.note_undo" : "deletion.note_final");
};

const showWhere = ({ registry, repository }, digest) => {
  ui.where.textContent = `${registry} / ${repository}` + (digest && digest !== NOTHING ? `, ${shortDigest(digest)}` : "");
};

const describe = (job) => {
  const { groups, where, tags } = job;
  job.tag = tags[0];
  const [only] = groups;
  const isSingle = groups.length === 1 && tags.length <= 1;
  const isLeftover = isSingle && only.plan.kind === "placeholder";
  const subject = name(tags[0] ?? shortDigest(only.digest));
  showWhere(where, isSingle && only.digest);
  put(ui.title, !isSingle ? [t("deletion.title_many", { n: tags.length })]
    : say(isLeftover ? "deletion.title_finish" : only.plan.allowed && !hasChoice(only) ? "deletion.title_image" : "deletion.title_tag", { tag: subject }));
  if (isLeftover) put(ui.said, [t(only.digest === NOTHING ? "deletion.dangling" : "deletion.finish")]);
  else (isSingle ? describeOne : describeMany)(job);
  if (job.left.length) ui.said.append(" ", t("deletion.left_out", { tags: nameList(job.left.flatMap((group) => group.tags)) }));
  const isChoice = groups.some(hasChoice);
  show(isChoice ? "choices" : "said", ...(isLeftover ? [] : ["note"]), ...(job.notice ? ["notice"] : []), ...(isChoice && job.left.length ? ["said"] : []));
  ui.repository.textContent = where.repository;
  ui.go.hidden = false;
  update(job);
};

/** What to ask about instead of a tag that moved: the image that was looked at, else the tag's own. */
const atPresent = ({ tag, digest }) => (digest ? { digest } : { tag });

const showFailure = (error, registry) => {
  put(ui.said, [make("b", {}, titleOf(error, registry)), ". ", ...adviceOn(error), " ", make("code", {}, error.code)]);
  show("said");
  leaveClose();
};

const find = async (job, signal, isSecond) => {
  const groups = groupTargets(await resolveTargets(job.where, job.targets, signal));
  if (!groups.length) throw new ApiError("MANIFEST_UNKNOWN");
  const isMany = groups.length > 1;
  const progress = (checked, total) => {
    ui.finding.textContent = t(isMany ? "deletion.finding_many" : "deletion.finding", { checked, total });
    Object.assign(ui.line, { max: total || 1, value: checked });
  };
  progress(0, isMany ? groups.length : 0);
  for (const [at, group] of groups.entries()) {
    await planGroup(job.where, group, signal, isMany ? () => {} : progress);
    if (isMany) progress(at + 1, groups.length);
  }
  const moved = groups.flatMap(listMoved);
  if (moved.length) {
    if (isSecond) throw new ApiError("TAG_MOVED");
    job.notice = true;
    job.targets = job.targets.map((target) => (moved.includes(target.tag) ? atPresent(target) : target));
    return find(job, signal, true);
  }
  job.left = groups.filter(isBlocked);
  job.groups = job.left.length === groups.length ? groups : inOrder(groups.filter((group) => !isBlocked(group)));
  job.tags = job.groups.flatMap((group) => group.tags);
};

const open = (job) => {
  const { where, targets } = job;
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
  ui.finding.textContent = "";
  show("busy", ...(job.notice ? ["notice"] : []));
  dialog.returnValue = "";
  dialog.showModal();
  ui.cancel.focus();
};

const closed = () => new Promise((resolve) => {
  dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
});

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

const runOne = async (job, step, line) => {
  const tell = (text) => step.tags.forEach((tag) => job.onState(tag, text));
  tell(t("tags.deleting"));
  line.tell(t("tags.deleting"));
  try {
    const { tags = step.tags } = await runStep(job.where, step);
    if (step.kind !== "placeholder") keep(job.where, { ...step, tags });
    line.tell(t("deletion.gone"), "check", "ok");
    job.onGone(tags);
  } catch (error) {
    // A fault of ours is thrown on.
    isAbort(error);
    line.tell(`${titleOf(error, job.where.registry)} ${error.code}`, "error", "danger");
    tell(null);
    return [{ step, error }];
  }
  return [];
};

/** Runs the steps one after another; several show their progress in the dialog, which can stop them. */
const run = async (job, steps) => {
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
    failed.push(...await runOne(job, step, lines[at]));
  }
  return failed;
};

/** Asks anew about what failed, as it is now: tags may name other images, images have other tags. */
const again = (job, failed, notice) => {
  const tags = failed.flatMap(({ step }) => step.tags.filter((tag) => job.targets.some((target) => target.tag === tag)));
  const targets = tags.length ? tags.map((tag) => ({ tag })) : failed.map(({ step: { digest } }) => ({ digest }));
  return openDeletion({ ...job, notice, targets });
};

/** A banner on the page for what failed, once the dialog is gone. */
const showFailed = (job, failed) => {
  for (const { step, error } of failed) {
    const tags = make("b", { class: "name" }, nameList(step.tags.length ? step.tags : [shortDigest(step.digest)]));
    const retry = button(t("common.retry"), (event) => {
      event.target.closest(".banner").remove();
      again(job, [{ step, error }]);
    }, { glyph: "retry" });
    job.failures.append(banner("danger", "error", [...say("deletion.failed", { n: step.tags.length, tags }), " ",
      ...adviceOn(error), " ", make("code", {}, error.code)], retry, dismissal()));
  }
};

const settle = async (job, failed, steps) => {
  if (failed.length === 1 && steps.length === 1 && isConflict(failed[0].error)) return again(job, failed, true);
  if (!dialog.open) return showFailed(job, failed);
  if (!failed.length) return dialog.close();
  ui.finding.textContent = t("deletion.some_failed", { n: failed.length });
  ui.line.value = ui.line.max;
  ui.cancel.textContent = t("common.close");
  ui.go.hidden = false;
  ui.go.textContent = t("deletion.retry_failed");
  ui.go.removeAttribute("aria-disabled");
  if (await closed() === "delete") return again(job, failed);
  return showFailed(job, failed);
};

ui.cancel.onclick = () => dialog.close();
dialog.addEventListener("submit", (event) => {
  if (event.submitter === ui.go && ui.go.ariaDisabled === "true") event.preventDefault();
});

/**
 * Asks, deletes, reports. `job`: `where` {registry, repository}; `registry`, its entry; `targets`
 * [{tag, digest, summary}], of which a tag or a digest is enough; `onState(tag, text | null)` while
 * a tag is being deleted; `onGone(tags)`; `failures`, where banners go.
 */
export const openDeletion = async (job) => {
  const controller = new AbortController();
  open(job);
  const answer = closed();
  answer.then(() => controller.abort());
  try {
    await find(job, controller.signal);
    if (job.groups.every(isBlocked)) showBlocked(job);
    else describe(job);
    ui.choices.oninput = ui.typed.oninput = () => update(job);
  } catch (error) {
    if (isAbort(error)) return;
    showFailure(error, job.where.registry);
  }
  if (await answer === "delete") {
    const { steps } = weigh(job);
    await settle(job, await run(job, steps), steps);
  }
};
