/** Describes a deletion in its dialog: what goes and stays, what its button does, or why it can't be. */
import { make, one, say, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { adviceOn, titleOf, told } from "../elements/messages.js";
import { NOTHING, hasChoice, isWhole, stepsOf } from "./groups.js";
import { kept, showList } from "./listing.js";
import { leaveClose, name, put, show, showWhere, ui } from "./parts.js";
import { nameList } from "./undo.js";
import { affected, buttonText, listTags } from "./wording.js";

/** Why nothing can be deleted, and what to change; only Close is left. */
export const showBlocked = ({ where, registry }, { groups: [{ tags, plan, digest }] }) => {
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

const describeOne = ({ groups: [group], tags: [tag] }) => {
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

const choiceOf = ({ groups }) => (groups.some(hasChoice) ? one("input:checked", ui.choices).value : "tag");

/** What the chosen steps come to, and whether the repository's name must be typed. */
export const weigh = (all) => {
  const found = kept(all);
  const choice = choiceOf(found);
  const steps = found.groups.flatMap((group) => stepsOf(group, choice));
  const images = steps.filter((step) => step.isImage).length;
  const tags = steps.flatMap((step) => step.tags).length;
  const isUndoable = steps.every((step) => step.manifest);
  return { steps, images, isUndoable, needsName: tags > 1 || images > 1 || !isUndoable || steps.some(({ holders }) => holders?.length), text: buttonText(steps, images, tags) };
};

const isSingle = ({ groups, tags }) => groups.length === 1 && tags.length <= 1;

/** What the button does, as a question. */
const showTitle = ({ groups: [only], tags: [tag] }, isOne, text, images) => {
  const key = only.plan.kind === "placeholder" ? "deletion.title_finish" : images ? "deletion.title_image" : "deletion.title_tag";
  put(ui.title, isOne ? say(key, { tag: name(tag ?? shortDigest(only.digest)) }) : [`${text}?`]);
};

/** Follows what is chosen and typed: the title, the button, the name to type, the note. */
export const update = ({ where }, found) => {
  const { steps, needsName, isUndoable, text, images } = weigh(found);
  const isOne = isSingle(found);
  showTitle(found, isOne, text, images);
  if (!isOne) showList(found, steps);
  const n = steps.reduce((sum, { children = 0 }) => sum + children, 0);
  ui.go.textContent = text;
  ui.confirm.hidden = !needsName;
  const isReady = steps.length && (!needsName || ui.typed.value.trim() === where.repository);
  ui.go.setAttribute("aria-disabled", !isReady);
  ui.go.classList.toggle("solid", isReady);
  const isBrief = !images && found.groups.some(({ plan }) => plan.untag === "placeholder");
  ui.note.textContent = (n ? `${t("deletion.children_go", { n })} ` : "") + (isBrief ? t("deletion.note_placeholder") : "") + t(isUndoable ? "deletion.note_undo" : "deletion.note_final");
};

/** What goes and what stays, and the choice where there is one. */
const tell = (found, isOne, isChanged) => {
  const { groups: [only], groups, left } = found;
  const isLeftover = isOne && only.plan.kind === "placeholder";
  if (isLeftover) put(ui.said, [t(only.digest === NOTHING ? "deletion.dangling" : "deletion.finish")]);
  else (isOne ? describeOne : describeMany)(found);
  if (left.length) ui.said.append(" ", t("deletion.left_out", { tags: nameList(left.flatMap((group) => group.tags)) }));
  const isChoice = groups.some(hasChoice);
  show(isChoice ? "choices" : "said", ...(isOne ? [] : ["list"]), ...(isLeftover ? [] : ["note"]), ...(isChanged ? ["notice"] : []), ...(isChoice && left.length ? ["said"] : []));
};

/** Describes what was found, and follows what is left out of it again. */
export const describe = (request, found, isChanged) => {
  const { where } = request;
  const isOne = isSingle(found);
  showWhere(where, isOne && found.groups[0].digest);
  ui.repository.textContent = where.repository;
  ui.go.hidden = false;
  ui.list_tags.onchange = () => {
    const left = kept(found);
    if (left.groups.length) tell(left, isOne, isChanged);
    update(request, found);
  };
  tell(found, isOne, isChanged);
  update(request, found);
};

/** Why nothing could be found out; only Close is left. */
export const showFailure = (error, registry) => {
  put(ui.said, [make("b", {}, titleOf(error, registry)), ". ", ...adviceOn(error), " ", make("code", {}, error.code)]);
  show("said");
  leaveClose();
};
