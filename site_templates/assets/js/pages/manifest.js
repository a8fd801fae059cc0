/** One manifest: what it is, what it holds, what is attached to it. */
import { createTurn, isAbort } from "../lib/api.js";
import { listRegistries } from "../lib/ask.js";
import { announce, breakable, formats, make, one, partsOf, showProgress, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { bindKeys } from "../lib/keyboard.js";
import { FORMATS, formatOf } from "../lib/pull.js";
import { fault, here, session } from "../lib/session.js";
import { decode, link } from "../lib/url.js";
import { copyText, provideJumps } from "../elements/shell.js";
import { attestationFolds, referrerFolds } from "../manifest/attached.js";
import { MOST_OF_DOCUMENT, drawFirst, plain, whole } from "../manifest/excerpt.js";
import { builtPair, configPairs, kindOf, pair, sizePair, sourcePairs } from "../manifest/facts.js";
import { nameOf, platformRow } from "../manifest/platforms.js";
import { historyRow, layerRow } from "../manifest/tables.js";
import { getView } from "../manifest/view.js";

const where = { registry: here.registry, repository: here.repository };
const { platform } = decode(location.search, { platform: "" });
const page = partsOf(one("#content"));
const turn = createTurn();

const choosePlatform = (platforms) => platforms.find((p) => p.digest === platform || p.platform === platform)
  ?? platforms.find((p) => p.platform === "linux/amd64") ?? platforms[0];

/** Shows a section if it has items, draws the first, and says in its header how many there are. */
const fillSection = (name, items, note, draw = (node) => node) => {
  page[name].hidden = !items.length;
  const place = page[`${name}_rows`];
  drawFirst(place, items, draw, place.closest("table") ?? place);
  if (note != null) page[`${name}_note`].textContent = note;
};

const showTitle = () => {
  const reference = here.tag ? [`${where.repository}:`, here.tag] : [`${where.repository}@`, shortDigest(here.digest)];
  page.title.replaceChildren(make("span", { class: "dim" }, ...breakable(reference[0])), reference[1]);
  document.title = `${reference.join("")}, ${where.registry}, ${document.title}`;
};

const showPull = (view, registry) => {
  const format = formatOf(view);
  if (!format) return;
  const command = FORMATS[format](registry, where.repository, here.tag, view.digest);
  const verb = /^\w+ pull (--\S+ )?/.exec(command)[0];
  page.pull_verb.textContent = verb;
  page.pull_text.textContent = command.slice(verb.length);
  page.pull_copy.dataset.copy = command;
  page.pull.hidden = false;
};

/** Why the Delete button does nothing for this reader, or "". */
const whyNotDelete = (registry, role) => {
  if (!registry.can_delete) return t("tags.deletion_off");
  return role === "maintainer" ? "" : t("tags.needs_maintainer");
};

const showDelete = (view, registry, role) => {
  const why = whyNotDelete(registry, role);
  page.delete.hidden = false;
  page.delete.title = why;
  page.delete.ariaDisabled = why !== "";
  page.delete.onclick = async () => {
    if (why) return announce(why);
    const { remove } = await import("../manifest/removal.js");
    remove(here, registry, view.digest, page.problem);
  };
};

/** What needs the registry's entry and the reader's role: pull command, deletion. */
const showActions = async (view) => {
  const [{ registries }, { role }] = await Promise.all([listRegistries(), session]);
  const registry = registries.find((entry) => entry.name === where.registry);
  if (!registry) return;
  showPull(view, registry);
  showDelete(view, registry, role);
};

/** The tag that was asked for, and a button that finds the others. */
const tagsPair = (digest) => {
  const find = make("button", { class: "link", type: "button" }, t("manifest.find_tags"));
  const fact = pair(t("manifest.tags"), [...(here.tag ? [make("span", {}, here.tag)] : []), find], "chain code");
  find.onclick = async () => {
    const { findTags } = await import("../manifest/tags.js");
    findTags(where, here.tag, digest, fact.lastElementChild, find);
  };
  return fact;
};

const showFacts = (view, chosen, name) => {
  const copy = make("button", { class: "tool", type: "button", "data-copy": view.digest, "aria-label": t("copy.digest"), title: t("copy.digest") });
  copy.append(page.pull_copy.firstElementChild.cloneNode(true));
  page.facts.replaceChildren(
    pair(t("manifest.digest"), [make("code", {}, view.digest), " ", copy], "whole"),
    tagsPair(view.digest),
    pair(t("manifest.kind"), kindOf(view)),
    sizePair(view, chosen, name),
    builtPair(view),
    pair(t("manifest.media_type"), plain(view.media_type), "code"),
    ...(view.artifact_type ? [pair(t("manifest.artifact_type"), plain(view.artifact_type), "code")] : []),
    ...(view.subject ? [pair(t("manifest.subject"), make("a", { class: "link", href: link("manifest.html", { ...where, digest: view.subject.digest }) }, shortDigest(view.subject.digest)), "code")] : []),
    ...sourcePairs(view),
  );
  page.digest = view.digest;
};

const showRaw = (view) => {
  page.raw_name.textContent = kindOf(view);
  page.raw_size.textContent = t("manifest.bytes", { n: view.manifest_bytes });
  page.raw_text.textContent = plain(view.raw, MOST_OF_DOCUMENT);
  page.raw_copy.onclick = () => copyText(whole(view.raw), page.raw_copy);
  page.raw_save.href = URL.createObjectURL(new Blob([view.raw], { type: "application/json" }));
  page.raw_save.download = `${view.digest.replace(":", "-")}.json`;
};

/** What belongs to the chosen platform, whose name is `of`, or to the one image that there is. */
const showImage = (view, chosen, of) => {
  const total = formats.size(view.layers.reduce((sum, layer) => sum + layer.size_bytes, 0));
  const history = view.image?.history ?? [];
  fillSection("layers", view.layers, t(of ? "manifest.layers_of" : "manifest.layers_note", { n: view.layers.length, size: total, platform: of }), layerRow(view.layers, history));
  fillSection("history", history, t("manifest.history_note", { n: history.length }), historyRow());
  fillSection("config", configPairs(view.image, view.annotations), of);
};

const showAttached = async (view, chosen, signal) => {
  const mark = (digest, words) => {
    const cell = one(`[data-digest="${digest}"] [data-part=attested]`, page.platforms_rows);
    if (cell) cell.textContent = words;
  };
  const [attestations, referrers] = await Promise.allSettled([
    attestationFolds(where, view.kind === "index" ? view.platforms : [], chosen, mark, signal),
    referrerFolds(where, view.digest, signal),
  ]);
  if (signal.aborted) return;
  const folds = [...(attestations.value ?? []), ...(referrers.value?.folds ?? [])];
  const failed = [attestations, referrers].filter(({ reason }) => reason && !isAbort(reason));
  const { trouble } = failed.length ? await import("../elements/messages.js") : {};
  fillSection("attached", [...failed.map(({ reason }) => () => trouble(reason, where.registry, load)), ...folds], formats.number(folds.length), (draw) => draw());
  if (referrers.value?.signatures) {
    page.facts.append(pair(t("manifest.signatures"), [
      t("manifest.signed", { n: referrers.value.signatures }), " ", make("span", { class: "soft" }, t("manifest.not_verified"))]));
  }
};

const show = async (view, signal) => {
  const chosen = choosePlatform(view.platforms);
  const name = chosen && view.kind === "index" ? nameOf(chosen, view.platforms) : "";
  showFacts(view, chosen, name);
  showRaw(view);
  fillSection("platforms", view.kind === "index" ? view.platforms : [], null, platformRow(view.platforms, chosen, here));
  if (view.members.length) {
    const { memberRow } = await import("../manifest/members.js");
    fillSection("members", view.members, null, memberRow(where));
  } else page.members.hidden = true;
  page.split.hidden = false;
  provideJumps(() => view.platforms.map((each) => ({
    name: nameOf(each, view.platforms), digest: each.digest, where: where.repository, href: link("manifest.html", { ...where, digest: each.digest }),
  })));
  page.problem.replaceChildren();
  if (view.unread.length) page.problem.append((await import("../elements/messages.js")).trouble(view.unread[0], where.registry, () => load(true)));
  const needsImage = view.kind === "index" && chosen && !view.image;
  const [image] = await Promise.all([
    needsImage ? getView({ ...where, digest: view.digest }, { query: { platform: chosen.digest }, signal }) : view,
    showActions(view),
  ]);
  showImage(image, chosen, name);
  if (image !== view) page.facts.append(...sourcePairs(image));
  if (view.kind === "chart") {
    const { chartPairs } = await import("../manifest/chart.js");
    fillSection("chart", await chartPairs(where, view, signal));
  }
  announce(t("manifest.ready", { name: page.title.textContent }));
  await showAttached(view, chosen, signal);
};

const load = async (fresh = false) => {
  const signal = turn();
  showProgress(-1);
  try {
    if (fault) throw fault;
    const at = { ...where, ...(here.tag ? { tag: here.tag } : { digest: here.digest }) };
    await show(await getView(at, { query: { platform }, signal, fresh: fresh === true }), signal);
  } catch (error) {
    if (isAbort(error)) return;
    page.problem.replaceChildren((await import("../elements/messages.js")).trouble(error, where.registry, load));
  } finally {
    if (!signal.aborted) showProgress(null);
  }
};

bindKeys({
  KeyC: () => page.pull_copy.click(),
  KeyY: () => page.digest && copyText(page.digest),
  Delete: () => page.delete.click(),
});
if (!fault) showTitle();
page.refresh.onclick = () => load(true);
document.addEventListener("rl:signed-in", () => load());
load();
