/** One manifest: what it is, what it holds, what is attached to it. */
import { ApiError, createTurn, isAbort } from "../lib/api.js";
import { ask, listRegistries } from "../lib/ask.js";
import { announce, breakable, formats, make, one, partsOf, showProgress, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { bindKeys } from "../lib/keyboard.js";
import { FORMATS } from "../lib/pull.js";
import { fault, here, session } from "../lib/session.js";
import { decode, link } from "../lib/url.js";
import { trouble } from "../elements/messages.js";
import { copyText } from "../elements/shell.js";
import { attestationFolds, referrerFolds } from "../manifest/attached.js";
import { builtPair, configPairs, kindOf, pair, plain, sizePair, sourcePairs } from "../manifest/facts.js";
import { historyRows, layerRows, platformRows } from "../manifest/tables.js";

const where = { registry: here.registry, repository: here.repository };
const { platform } = decode(location.search, { platform: "" });
const page = partsOf(one("#content"));
const turn = createTurn();

const askFirst = (options) => (here.tag ? ask({ ...where, tag: here.tag }, "manifest", options)
  : ask({ ...where, digest: here.digest }, "", options));

const choosePlatform = (platforms) => platforms.find((p) => p.platform === platform)
  ?? platforms.find((p) => p.platform === "linux/amd64") ?? platforms[0];

/** Shows a section if it has rows, and says in its header how many there are. */
const fillSection = (name, rows, note) => {
  page[name].hidden = !rows.length;
  (page[`${name}_rows`] ?? page[`${name.replace(/s$/, "")}_rows`] ?? page[`${name}_pairs`] ?? page[`${name}_folds`]).replaceChildren(...rows);
  if (note != null) page[`${name}_note`].textContent = note;
};

const showTitle = () => {
  const reference = here.tag ? [`${where.repository}:`, here.tag] : [`${where.repository}@`, shortDigest(here.digest)];
  page.title.replaceChildren(make("span", { class: "dim" }, ...breakable(reference[0])), reference[1]);
  document.title = `${reference.join("")}, ${where.registry}, ${document.title}`;
};

const showPull = (view, registry) => {
  if (["signature", "attestation", "placeholder"].includes(view.kind)) return;
  const format = view.kind === "chart" ? "helm" : "docker";
  const command = FORMATS[format](registry, where.repository, here.tag, view.digest);
  const verb = /^\w+ pull /.exec(command)[0];
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
    const { openDeletion } = await import("../deletion/dialog.js");
    await openDeletion({
      where, registry,
      targets: [{ tag: here.tag || null, digest: view.digest }],
      onState: () => {},
      onGone: () => location.assign(link("tags.html", where)),
      failures: page.problem,
    });
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
    ...(view.subject ? [pair(t("manifest.subject"), make("a", { class: "link", href: link("manifest.html", { ...where, digest: view.subject.digest }) }, shortDigest(view.subject.digest)), "code")] : []),
    ...sourcePairs(view),
  );
  page.digest = view.digest;
};

const showRaw = (view) => {
  page.raw_name.textContent = kindOf(view);
  page.raw_size.textContent = t("manifest.bytes", { n: view.manifest_bytes });
  page.raw_text.textContent = plain(view.raw);
  page.raw_copy.onclick = () => copyText(page.raw_text.textContent, page.raw_copy); // what is seen, no more
  page.raw_save.href = URL.createObjectURL(new Blob([view.raw], { type: "application/json" }));
  page.raw_save.download = `${view.digest.replace(":", "-")}.json`;
};

/** What belongs to the chosen platform, or to the one image that there is. */
const showImage = (view, chosen) => {
  const of = chosen && view.kind === "index" ? chosen.platform : "";
  const total = formats.size(view.layers.reduce((sum, layer) => sum + layer.size_bytes, 0));
  const history = view.image?.history ?? [];
  fillSection("layers", layerRows(view.layers, history), t(of ? "manifest.layers_of" : "manifest.layers_note", { n: view.layers.length, size: total, platform: of }));
  fillSection("history", historyRows(history), t("manifest.history_note", { n: history.length }));
  fillSection("config", configPairs(view.image, view.annotations), of);
};

const showAttached = async (view, chosen, signal) => {
  const mark = (digest, words) => {
    one(`[data-digest="${digest}"] [data-part=attested]`, page.platform_rows).textContent = words;
  };
  const [attestations, referrers] = await Promise.allSettled([
    attestationFolds(where, view.kind === "index" ? view.platforms : [], chosen, mark, signal),
    referrerFolds(where, view.digest, signal),
  ]);
  if (signal.aborted) return;
  const folds = [...(attestations.value ?? []), ...(referrers.value?.folds ?? [])];
  const failed = [attestations, referrers].filter((result) => result.reason);
  fillSection("attached", [...folds, ...failed.map(({ reason }) => trouble(reason, where.registry, load))], formats.number(folds.length));
  if (referrers.value?.signatures) {
    page.facts.append(pair(t("manifest.signatures"), [
      t("manifest.signed", { n: referrers.value.signatures }), " ", make("span", { class: "soft" }, t("manifest.not_verified"))]));
  }
};

const show = async (view, signal) => {
  const chosen = choosePlatform(view.platforms);
  showFacts(view, chosen);
  showRaw(view);
  fillSection("platforms", view.kind === "index" ? platformRows(view, chosen, here) : []);
  page.split.hidden = false;
  page.problem.replaceChildren();
  const needsImage = view.kind === "index" && chosen && !view.image;
  const [image] = await Promise.all([
    needsImage ? ask({ ...where, digest: view.digest }, "", { query: { platform: chosen.platform }, signal }) : view,
    showActions(view),
  ]);
  showImage(image, chosen);
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
    await show(await askFirst({ query: { platform }, signal, fresh: fresh === true }), signal);
  } catch (error) {
    if (isAbort(error)) return;
    if (!(error instanceof ApiError)) throw error; // a fault of ours, not the registry's
    page.problem.replaceChildren(trouble(error, where.registry, load));
  } finally {
    if (!signal.aborted) showProgress(null);
  }
};

bindKeys({
  KeyC: () => page.pull_copy.click(),
  KeyY: () => copyText(page.digest),
  Delete: () => page.delete.click(),
});
if (!fault) showTitle();
page.refresh.onclick = () => load(true);
document.addEventListener("rl:signed-in", () => load());
load();
