/** An attestation, opened: a package table with a filter, provenance as pairs, anything else as JSON. */
import { formats, make, stamp, t } from "../lib/dom.js";
import { readAttestation } from "./attestation.js";
import { bullets, linked, pair, plain } from "./facts.js";

const FEW = 10;
const BATCH = 500;

const parse = (answer) => {
  if (typeof answer !== "string") return answer;
  try {
    return JSON.parse(answer);
  } catch {
    return null; // text that is no JSON is shown as it is
  }
};

/** Fills `body` with what the blob says; `digest` names the file that "Open the JSON" saves. */
export const showAttestation = (body, answer, digest) => {
  const read = readAttestation(parse(answer));
  const text = typeof answer === "string" ? answer : JSON.stringify(answer, null, 2);
  const show = { packages: showPackages, provenance: showProvenance, other: showJson }[read.form];
  body.replaceChildren();
  show(body, read, text, digest);
};

const jsonFold = (text) => {
  const { root, name, soft, end, body } = stamp("fold");
  name.textContent = "JSON";
  soft.textContent = "";
  end.textContent = formats.size(new TextEncoder().encode(text).length);
  root.addEventListener("toggle", () => body.append(make("pre", { class: "raw", tabIndex: 0 }, plain(text))), { once: true });
  return root;
};

const showJson = (body, read, text) => body.append(make("pre", { class: "raw", tabIndex: 0 }, plain(text)));

const showPackages = (body, { title, tool, created, packages }, text) => {
  const written = [title, tool && t("attached.by", { tool: plain(tool) }), created && !Number.isNaN(Date.parse(created)) && formats.exact(created)];
  const { root, filter, count, rows, more, sorts, none } = stamp("package-table");
  body.append(make("p", {}, written.filter(Boolean).join(", ")), root, jsonFold(text));
  let shown = FEW;
  let key = "name";
  const draw = () => {
    const query = filter.value.trim().toLowerCase();
    const found = packages.filter((p) => !query || `${p.name} ${p.version} ${p.licence} ${p.type}`.toLowerCase().includes(query));
    found.sort((a, b) => a[key].localeCompare(b[key]) || a.name.localeCompare(b.name));
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
    key = button.dataset.key;
    for (const header of sorts.children) header.setAttribute("aria-sort", header.contains(button) ? "ascending" : "none");
    draw();
  });
  draw();
};

const packageRow = (entry) => {
  const { root, name, version, licence, type } = stamp("package-row");
  name.textContent = plain(entry.name);
  version.textContent = plain(entry.version);
  licence.textContent = plain(entry.licence) || t("attached.not_stated");
  licence.classList.toggle("soft", !entry.licence);
  type.textContent = plain(entry.type);
  return root;
};

const showProvenance = (body, read, text) => {
  const when = [read.started, read.finished].filter((iso) => iso && !Number.isNaN(Date.parse(iso))).map(formats.exact);
  const pairs = [
    ["attached.builder", linked(read.builder)],
    ["attached.build_type", linked(read.buildType)],
    ["attached.source", linked(read.source)],
    ["attached.path", plain(read.path)],
    ["attached.when", when.join(" – ")],
    ["attached.materials", read.materials.length ? bullets(read.materials.map((m) => plain(`${m.uri} ${m.digest}`))) : ""],
  ].filter(([, value]) => (value instanceof Node || value.length));
  body.append(make("p", {}, read.title), make("dl", { class: "pairs broad" }, ...pairs.map(([key, value]) => pair(t(key), value, "code"))), jsonFold(text));
};
