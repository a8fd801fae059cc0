/** One manifest: what it is, what it holds, what is attached to it. */
import { createTurn, isAbort, listRegistries, registryPath, request, withQuery, wordsFor } from "../lib/api.js";
import { announce, breakable, formats, make, one, partsOf, showProgress, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { bindKeys } from "../lib/keyboard.js";
import { FORMATS } from "../lib/pull.js";
import { decode, link } from "../lib/url.js";
import { copyText, session } from "../elements/shell.js";
import { attestationFolds, referrerFolds } from "../manifest/attached.js";
import { MOST_OF_DOCUMENT, drawFirst, plain } from "../manifest/excerpt.js";
import { builtPair, configPairs, kindOf, pair, sizePair, sourcePairs } from "../manifest/facts.js";
import { MANIFEST } from "../manifest/shape.js";
import { historyRow, layerRow, platformRow } from "../manifest/tables.js";

const where = decode(location.search, { registry: "", repository: "", tag: "", digest: "", platform: "" });
const repository = registryPath(where.registry, where.repository);
const page = partsOf(one("#content"));
const turn = createTurn();

const manifestPath = (digest, platform) => withQuery(`${repository}/manifests/${digest}`, { platform });
const firstPath = () => (where.tag
  ? withQuery(`${repository}/tags/${encodeURIComponent(where.tag)}/manifest`, { platform: where.platform })
  : manifestPath(where.digest, where.platform));

const choosePlatform = (platforms) => platforms.find((p) => p.platform === where.platform)
  ?? platforms.find((p) => p.platform === "linux/amd64") ?? platforms[0];

/** Shows a section if it has items, draws the first, and says in its header how many there are. */
const fillSection = (name, items, note, draw = (node) => node) => {
  page[name].hidden = !items.length;
  const place = page[`${name}_rows`];
  one(".rest", page[name])?.remove();
  drawFirst(place, items, draw, place.closest("table") ?? place);
  if (note != null) page[`${name}_note`].textContent = note;
};

const showTitle = () => {
  const reference = where.tag ? [`${where.repository}:`, where.tag] : [`${where.repository}@`, shortDigest(where.digest)];
  page.title.replaceChildren(make("span", { class: "dim" }, ...breakable(reference[0])), reference[1]);
  document.title = `${reference.join("")}, ${where.registry}, ${document.title}`;
};

const showPull = (view, registry) => {
  if (["signature", "attestation", "placeholder"].includes(view.kind)) return;
  const format = view.kind === "chart" ? "helm" : "docker";
  const command = FORMATS[format](registry, where.repository, where.tag, view.digest);
  const verb = /^\w+ pull /.exec(command)[0];
  page.pull_verb.textContent = verb;
  page.pull_text.textContent = command.slice(verb.length);
  page.pull_copy.dataset.copy = command;
  page.pull.hidden = false;
};

const showDelete = (view, registry, role) => {
  const why = !registry.can_delete ? t("tags.deletion_off") : role === "maintainer" ? "" : t("tags.needs_maintainer");
  page.delete.hidden = false;
  page.delete.title = why;
  page.delete.setAttribute("aria-disabled", why !== "");
  page.delete.onclick = async () => {
    if (why) return announce(why);
    const { remove } = await import("../manifest/removal.js");
    remove(where, registry, view.digest, page.problem);
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
  const fact = pair(t("manifest.tags"), [...(where.tag ? [make("span", {}, where.tag)] : []), find], "chain code");
  find.onclick = async () => {
    const { findTags } = await import("../manifest/tags.js");
    findTags(where, digest, fact.lastElementChild, find);
  };
  return fact;
};

const showFacts = (view, chosen) => {
  const copy = make("button", { class: "tool", type: "button", "data-copy": view.digest, "aria-label": t("copy.digest"), title: t("copy.digest") });
  copy.append(page.pull_copy.firstElementChild.cloneNode(true));
  page.facts.replaceChildren(
    pair(t("manifest.digest"), [make("code", {}, view.digest), " ", copy], "whole"),
    tagsPair(view.digest),
    pair(t("manifest.kind"), kindOf(view)),
    sizePair(view, chosen),
    builtPair(view),
    pair(t("manifest.media_type"), plain(view.media_type), "code"),
    ...(view.artifact_type ? [pair(t("manifest.artifact_type"), plain(view.artifact_type), "code")] : []),
    ...(view.subject ? [pair(t("manifest.subject"), make("a", { class: "link", href: link("manifest.html", { ...where, tag: "", platform: "", digest: view.subject.digest }) }, shortDigest(view.subject.digest)), "code")] : []),
    ...sourcePairs(view),
  );
  page.digest = view.digest;
};

const showRaw = (view) => {
  page.raw_name.textContent = kindOf(view);
  page.raw_size.textContent = t("manifest.bytes", { n: view.manifest_bytes });
  page.raw_text.textContent = plain(view.raw, MOST_OF_DOCUMENT);
  page.raw_copy.onclick = () => copyText(view.raw, page.raw_copy);
  page.raw_save.href = URL.createObjectURL(new Blob([view.raw], { type: "application/json" }));
  page.raw_save.download = `${view.digest.replace(":", "-")}.json`;
};

/** What belongs to the chosen platform, or to the one image that there is. */
const showImage = (view, chosen) => {
  const of = chosen && view.kind === "index" ? plain(chosen.platform) : "";
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
  showFacts(view, chosen);
  showRaw(view);
  fillSection("platforms", view.kind === "index" ? view.platforms : [], null, platformRow(chosen, { ...where, platform: "" }));
  page.split.hidden = false;
  page.problem.replaceChildren();
  const needsImage = view.kind === "index" && chosen && !view.image;
  const [image] = await Promise.all([
    needsImage ? request(manifestPath(view.digest, chosen.platform), { signal, shape: MANIFEST }) : view,
    showActions(view),
  ]);
  showImage(image, chosen);
  if (image !== view) page.facts.append(...sourcePairs(image));
  if (view.kind === "chart") {
    const { chartPairs } = await import("../manifest/chart.js");
    fillSection("chart", await chartPairs(repository, view, signal));
  }
  announce(t("manifest.ready", { name: page.title.textContent }));
  await showAttached(view, chosen, signal);
};

const load = async (fresh = false) => {
  const signal = turn();
  showProgress(-1);
  try {
    await show(await request(firstPath(), { signal, fresh: fresh === true, shape: MANIFEST }), signal);
  } catch (error) {
    if (isAbort(error)) return;
    page.problem.replaceChildren((await wordsFor(error, import("../elements/messages.js"))).trouble(error, where.registry, load));
  } finally {
    if (!signal.aborted) showProgress(null);
  }
};

bindKeys({
  KeyC: () => page.pull_copy.click(),
  KeyY: () => copyText(page.digest),
  Delete: () => page.delete.click(),
});
showTitle();
page.refresh.onclick = () => load(true);
document.addEventListener("rl:signed-in", () => load());
load();
