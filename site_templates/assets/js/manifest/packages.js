/** An attestation, opened: a package table with a filter, provenance as pairs, anything else as it came. */
import { formats, make, stamp, t } from "../lib/dom.js";
import { copyText } from "../elements/shell.js";
import "../elements/overlay.js";
import { parse, readAttestation } from "./attestation.js";
import { MOST_OF_DOCUMENT, bullets, excerpt, plain, whole } from "./excerpt.js";
import { linked, pair } from "./facts.js";

const FEW = 10;
const BATCH = 500;
const MOST_PACKAGES = 50_000;
const MOST_IN_CELL = 200;

/** Fills `body` with what the blob says; `digest` names the file that is saved. */
export const showAttestation = (body, text, digest) => {
  const read = readAttestation(parse(text));
  const show = { packages: showPackages, provenance: showProvenance, other: () => [] }[read.form];
  body.replaceChildren();
  show(body, read);
  body.append(...(read.form === "other" ? showDocument(text, digest) : [documentFold(text, digest)]));
};

const showDocument = (text, digest) => {
  const copy = make("button", { class: "button", type: "button", onclick: () => copyText(whole(text), copy) }, t("common.copy"));
  const save = make("a", { class: "button", href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: `${digest.replace(":", "-")}.json` }, t("manifest.download"));
  return [make("div", { class: "tools" }, copy, save), make("pre", { class: "raw", tabIndex: 0 }, plain(text, MOST_OF_DOCUMENT))];
};

const documentFold = (text, digest) => {
  const { root, name, soft, end, body } = stamp("fold");
  name.textContent = "JSON";
  soft.textContent = "";
  end.textContent = formats.size(new TextEncoder().encode(text).length);
  root.addEventListener("toggle", () => body.append(...showDocument(text, digest)), { once: true });
  return root;
};

const { compare } = new Intl.Collator();

const showPackages = (body, { title, tool, created, packages: all }) => {
  const packages = all.slice(0, MOST_PACKAGES);
  const written = [plain(title), tool && t("attached.by", { tool: plain(tool) }), created && !Number.isNaN(Date.parse(created)) && formats.exact(created)];
  const { root, filter, count, rows, more, sorts, none } = stamp("package-table");
  body.append(make("p", {}, written.filter(Boolean).join(", ")), root);
  if (all.length > packages.length) root.append(make("p", { class: "soft" }, t("common.shown_of", { shown: packages.length, n: all.length })));
  let shown = FEW;
  const sort = (key) => packages.sort((a, b) => compare(a[key], b[key]) || compare(a.name, b.name));
  const draw = () => {
    const query = filter.value.trim().toLowerCase();
    const found = packages.filter((p) => !query || `${p.name} ${p.version} ${p.licence} ${p.type}`.toLowerCase().includes(query));
    rows.replaceChildren(...found.slice(0, shown).map(packageRow));
    count.textContent = query ? t("attached.packages_of", { n: packages.length, found: found.length }) : t("attached.packages", { n: packages.length });
    more.hidden = found.length <= shown;
    none.hidden = found.length > 0;
    more.textContent = t("attached.more", { n: Math.min(found.length, shown === FEW ? BATCH : shown + BATCH) });
  };
  filter.addEventListener("input", draw);
  more.addEventListener("click", () => {
    shown = shown === FEW ? BATCH : shown + BATCH;
    draw();
  });
  sorts.addEventListener("click", (event) => {
    const button = event.target.closest("[data-key]");
    if (!button) return;
    sort(button.dataset.key);
    for (const header of sorts.children) header.setAttribute("aria-sort", header.contains(button) ? "ascending" : "none");
    draw();
  });
  sort("name");
  draw();
};

const packageRow = (entry) => {
  const { root, name, version, licence, type } = stamp("package-row");
  name.textContent = plain(entry.name, MOST_IN_CELL);
  version.textContent = plain(entry.version, MOST_IN_CELL);
  licence.textContent = plain(entry.licence, MOST_IN_CELL) || t("attached.not_stated");
  licence.classList.toggle("soft", !entry.licence);
  type.textContent = plain(entry.type, MOST_IN_CELL);
  return root;
};

const showProvenance = (body, read) => {
  const when = [read.started, read.finished].filter((iso) => iso && !Number.isNaN(Date.parse(iso))).map(formats.exact);
  const pairs = [
    ["attached.builder", read.builder, linked],
    ["attached.build_type", read.buildType, linked],
    ["attached.source", read.source, linked],
    ["attached.path", read.path, excerpt],
    ["attached.when", when.join(" – "), excerpt],
    ["attached.materials", read.materials, (v) => bullets(v, (m) => excerpt(`${m.uri} ${m.digest}`))],
  ].filter(([, value]) => value.length);
  body.append(make("p", {}, plain(read.title)), make("dl", { class: "pairs broad" }, ...pairs.map(([key, value, show]) => pair(t(key), show(value), "code"))));
};
