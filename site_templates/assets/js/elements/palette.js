/** The dialog of the jump box: what is loaded, by part of its name, and pasted references. */
import { isAbort } from "../lib/api.js";
import { listRegistries } from "../lib/ask.js";
import { one, stamp, t } from "../lib/dom.js";
import { isDigest, isRepository } from "../lib/reference.js";
import { here as place } from "../lib/session.js";
import { link } from "../lib/url.js";
import { fillName } from "./list.js";
import "./overlay.js";

const MOST = 8;
const REFERENCE = /^(?:(?:docker|oci|https?):\/\/)?(?:([\w.-]+(?::\d+)?)\/)?([a-z0-9][a-z0-9._/-]*?)(?::(\w[\w.-]{0,127}))?(?:@(\w+:\w+))?$/;
const here = { registry: place.registry, repository: place.repository };
const dialog = one("#palette");
const input = one("input", dialog);
const list = one("#found");
const nothing = one("[role=status]", dialog);
let provide;
let back;
let registries = [];

const target = (name, where, params) =>
  ({ name, where, href: link(params.tag || params.digest ? "manifest.html" : "tags.html", params) });

/** Where a pasted digest or `host/repository:tag` leads: the registry whose pulls name that host. */
const parse = (text) => {
  if (isDigest(text)) {
    return here.repository ? [target(text, here.repository, { ...here, digest: text })] : [];
  }
  const [, host, name, tag, digest] = REFERENCE.exec(text.replace(/^(docker|podman) pull /, "")) ?? [];
  const found = registries.find((each) => host && (each.pull_host === host || each.name === host));
  // A host that no registry here is pulled from leads nowhere: its images are not here.
  if (host && !found && /[.:]|^localhost$/.test(host)) return [];
  const registry = found?.name ?? here.registry;
  const official = found?.pull_host === "docker.io" && name && !name.includes("/") ? "library/" : "";
  const repository = found || !host ? official + name : `${host}/${name}`;
  if (!name || !registry || !(tag || digest || name.includes("/"))) return [];
  if (!isRepository(repository) || (digest && !isDigest(digest))) return [];
  return [target(text, registry, { registry, repository, tag: digest ? "" : tag, digest })];
};

const createItem = ({ name, where, href }, index, query) => {
  const { root, open, label, place } = stamp("found-item");
  open.href = href;
  open.id = `found-${index}`;
  fillName(label, name, query);
  place.textContent = where;
  return root;
};

const items = () => [...list.querySelectorAll("a")];
const choose = (chosen) => {
  for (const item of items()) item.setAttribute("aria-selected", item === chosen);
  input.setAttribute("aria-activedescendant", chosen?.id ?? "");
  chosen?.scrollIntoView({ block: "nearest" });
};

const search = () => {
  const query = input.value.trim();
  const low = query.toLowerCase();
  const places = registries.map(({ name }) => ({ name, where: "", href: link("repositories.html", { registry: name }) }));
  const loaded = [];
  for (const each of query ? [...provide(), ...places] : []) {
    if (each.name.toLowerCase().includes(low) && loaded.push(each) === MOST) break;
  }
  const found = [...loaded, ...(query ? parse(query) : [])];
  list.replaceChildren(...found.map((each, index) => createItem(each, index, query)));
  choose(items()[0]);
  nothing.textContent = query && !found.length ? t("jump.nothing") : "";
};

/**
 * Opens the box with a text in it; `provider()` answers what the page has loaded, `before` has the
 * focus when the box is closed.
 */
export const open = (text, provider, before) => {
  provide = provider;
  listRegistries().then((answer) => {
    registries = answer.registries;
    search();
  }).catch(isAbort);
  // What is typed while this module arrives comes in pieces.
  input.value = dialog.open ? input.value + text : text;
  search();
  if (dialog.open) return;
  back = before;
  dialog.showModal();
};

dialog.addEventListener("close", () => {
  document.activeElement.blur();
  back.focus({ preventScroll: true });
});

input.addEventListener("input", search);
input.addEventListener("keydown", (event) => {
  const all = items();
  const at = all.findIndex((item) => item.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
  if (event.isComposing) return;
  if (step && all.length) choose(all.at((at + step) % all.length));
  else if (event.code.endsWith("Enter")) all[at]?.click();
  else return;
  event.preventDefault();
});
