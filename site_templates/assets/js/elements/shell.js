/** The frame of every page: where I am, its keys, and what is fetched when somebody asks for it. */
import { credential, isAbort } from "../lib/api.js";
import { listRegistries } from "../lib/ask.js";
import { one, t } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { bindKeys } from "../lib/keyboard.js";
import { fault, here, reader, roleName, session } from "../lib/session.js";
import { link } from "../lib/url.js";

const { page } = document.documentElement.dataset;

const { registry, repository, tag, digest } = here;

/* What failed beside what the page is about */

/** Says it of a failed request; what does not come says nothing, as the page's own list doesn't come then either. */
export const mention = (error) => isAbort(error)
  || import("./trouble.js").then(({ showTrouble }) => showTrouble(error), () => {});

/** Says that something is wrong with this page: a fault of ours, or a part of it that did not come. */
const showFault = ({ reason }) => {
  if (reason?.name !== "AbortError") one("#fault").hidden = false;
};
addEventListener("error", showFault);
addEventListener("unhandledrejection", showFault);

/* The path */

const fill = (id, text, href) => {
  const crumb = one(id);
  if (!crumb) return;
  one("span", crumb).textContent = crumb.title = text;
  crumb.href = href;
};
const list = link("repositories.html", { registry });
const tags = link("tags.html", { registry, repository });
fill("#crumb-registry", registry, list);
fill("#crumb-repository", repository, tags);
fill("#crumb-reference", tag || shortDigest(digest), link("manifest.html", here));

const showDemo = async () => {
  const { registries } = await listRegistries();
  one("#demo").hidden = !registries.some(({ name, source }) => source === "demo" && (!registry || name === registry));
};
if (page !== "api") showDemo().catch(mention);

/* Who I am, and when to sign in */

const showReader = ({ user, sign_in: ways }) => {
  const who = one("#who");
  who.hidden = false;
  one(".hide", who).hidden = !user;
  one("b", who).textContent = user ?? "";
  one("b + span", who).textContent = roleName();
  one("#sign-in").hidden = !ways.length || !!user;
};
session.then(showReader).catch(mention);

const openSignIn = async () => {
  const { openSignIn: open } = await import("./sign-in.js");
  open(reader.answer.sign_in, reader.isExpired ? t("session.expired") : "");
};

one("#sign-in").addEventListener("click", openSignIn);
document.addEventListener("rl:signed-in", ({ detail }) => {
  one("#trouble").replaceChildren();
  showReader(detail);
});
document.addEventListener("rl:sign-in-needed", async () => {
  reader.isExpired ||= !!credential();
  const { sign_in: ways } = await session.catch(() => ({ sign_in: [] }));
  if (ways.length) openSignIn();
});

/* Menus and copying */

const fillers = new Map();

/** `fill(opener)` makes a menu ready, each time before it opens beside the button `opener`. */
export const onMenu = (id, fill) => fillers.set(id, fill);

/** Puts text on the clipboard and says so, in `button` where there is one. */
export const copyText = async (text, button) => {
  const { copyFrom, copyText: copy } = await import("./copy.js");
  return button ? copyFrom(button, text) : copy(text);
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[popovertarget], [data-copy]");
  if (!button) return;
  if (button.dataset.copy) return copyText(button.dataset.copy, button);
  const menu = button.popoverTargetElement;
  if (!menu) return;
  event.preventDefault();
  const [{ toggleMenu }] = await Promise.all([import("./menu.js"), fillers.get(menu.id)?.(button)]);
  toggleMenu(menu, button);
});

/* The jump box: its dialog is fetched when it first opens */

const bar = one("#jump input");
let provide = () => [];

/** Gives the box what a page has loaded: a function that answers `[{name, where, href, digest}]`. */
export const provideJumps = (provider) => {
  provide = provider;
};

let before = null;

/** Opens the dialog with what was typed into the bar's box, which is empty again. */
const openJump = async () => {
  // Typing on while the dialog comes asks again.
  before ??= document.activeElement;
  // What is typed while the dialog comes stays in the box.
  bar.focus();
  const palette = await import("./palette.js");
  palette.open(bar.value, provide, before);
  before = null;
  bar.value = "";
};
bar.addEventListener("input", openJump);
bar.addEventListener("click", openJump);
one("#jump").addEventListener("submit", (event) => {
  event.preventDefault();
  openJump();
});

/* Keys that every page has; pages bind those of their rows */

const up = { repositories: "index.html?all", tags: list, manifest: tags, api: "index.html" }[page];
// An address that names too little leads to where the rest is chosen.
const named = { repositories: registry, tags: registry && repository, manifest: registry && repository && (tag || digest) }[page];
if (named === "" && !fault) location.replace(up);
if (/^Mac|^iP/.test(navigator.platform)) one("#jump kbd").textContent = "⌘K";

bindKeys({
  Slash() {
    const field = one("#filter");
    field?.focus();
    field?.select();
    return !!field;
  },
  "Shift+Slash": async () => (await import("./help.js")).openHelp(),
  KeyU() {
    if (up) location.assign(up);
  },
  "Mod+KeyK": openJump,
});
