/** The dialog of the jump box: what is loaded, by part of its name, and pasted references. */
import { isAbort } from "../lib/api.js";
import { listRegistries } from "../lib/ask.js";
import { one, stamp, t } from "../lib/dom.js";
import { digitsOf, parseJump, rankName } from "../lib/jump.js";
import { here as place } from "../lib/session.js";
import { link } from "../lib/url.js";
import { fillName } from "./list.js";
import "./overlay.js";

const MOST = 8;
const here = { registry: place.registry, repository: place.repository };
const dialog = one("#palette");
const input = one("input", dialog);
const list = one("#found");
const nothing = one("[role=status]", dialog);
let provide;
let back;
let registries = [];

const target = (text, { registry, repository, tag, digest }) => ({
  name: text, where: digest && repository === here.repository ? repository : registry,
  href: link(tag || digest ? "manifest.html" : "tags.html", { registry, repository, tag, digest }),
});

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

/** What is loaded and answers the query, the best first; by name, or by seven and more digits of a digest. */
const findLoaded = (query) => {
  const digits = digitsOf(query);
  const rankOf = ({ name, digest }) => (digits && digest?.startsWith(`sha256:${digits}`) ? 0 : rankName(name, query));
  const places = registries.map(({ name }) => ({ name, where: "", href: link("repositories.html", { registry: name }) }));
  const ranked = [...provide(), ...places].map((each) => [rankOf(each), each]).filter(([rank]) => rank < Infinity);
  return ranked.sort(([a], [b]) => a - b).slice(0, MOST).map(([, each]) => each);
};

const search = () => {
  const query = input.value.trim();
  const loaded = query ? findLoaded(query.toLowerCase()) : [];
  const { where, unknownHost, needsRepository } = query ? parseJump(query, registries, here) : {};
  const found = [...loaded, ...(where ? [target(query, where)] : [])];
  list.replaceChildren(...found.map((each, index) => createItem(each, index, query)));
  choose(items()[0]);
  nothing.textContent = !query || found.length ? ""
    : unknownHost ? t("jump.unknown_host", { host: unknownHost })
      : t(needsRepository ? "jump.needs_repository" : "jump.nothing");
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
