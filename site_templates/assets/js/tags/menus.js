/** The menus of a row, of what can be copied and of the view; loaded when the first one opens. */
import { announce, make, one, partsOf, t } from "../lib/dom.js";
import { copyText } from "../elements/copy.js";
import { toggleMenu } from "../elements/menu.js";
import { sortVersions } from "../lib/version-order.js";
import { link } from "../lib/url.js";
import { formatsFor } from "./clients.js";
import { pullFormat, textFor } from "./commands.js";

const LABELS = {
  docker: "copy.as_docker", podman: "copy.as_podman", nerdctl: "copy.as_nerdctl", skopeo: "copy.as_skopeo",
  helm: "copy.as_helm", oras: "copy.as_oras", reference: "copy.as_reference", pinned: "copy.as_pinned", insecure: "copy.as_insecure",
};

// Whoever pushes an image names its platforms.
const MOST_PLATFORMS = 100;
const MOST_OF_PLATFORM = 64;
const MOST_SIBLINGS = 200;

/** Opens what can be copied of these tags beside `opener`. */
export const openFormats = (model, opener, tags) => {
  if (!model.pull) return announce(t("copy.no_host"));
  const isKnown = tags.every(model.digestOf);
  const menu = one("#menu-copy");
  menu.replaceChildren(...formatsFor(model.registry, pullFormat(model, tags)).filter((format) => isKnown || format !== "pinned")
    .map((format) => make("button", {
      class: "item", type: "button", title: textFor(model, format, tags.slice(0, 3)),
      onclick: () => copyText(textFor(model, format, tags)),
    }, t(LABELS[format]))));
  toggleMenu(menu, opener);
};

/** Opens the tags that name the same image as this one beside `opener`, each a link. */
export const openSiblings = (model, opener, tag) => {
  const tags = sortVersions(model.siblingsOf(tag, model.digestOf(tag)));
  const menu = one("#menu-copy");
  const left = tags.length - MOST_SIBLINGS;
  menu.replaceChildren(
    make("p", { class: "group" }, t("tags.siblings_title")),
    ...tags.slice(0, MOST_SIBLINGS).map((each) => make("a", { class: "item", href: link("manifest.html", { ...model.where, tag: each }) }, each)),
    ...(left > 0 ? [make("p", { class: "group" }, t("tags.siblings_more", { n: left }))] : []));
  toggleMenu(menu, opener);
};

/** Fills the menu of the row that `opener` is in; `whyNot(tag)` says why it can't be deleted. */
export const fillRowMenu = (model, opener, { select, remove, whyNot }) => {
  const items = partsOf(one("#menu-row"));
  const row = opener.closest("tr");
  const { tag } = row.dataset;
  const reason = whyNot(tag);
  items.open.href = one(".open", row).href;
  items.digest.hidden = !model.digestOf(tag);
  items.remove.setAttribute("aria-disabled", !!reason);
  items.remove.classList.toggle("danger", !reason);
  items.remove.title = items.why.textContent = reason;
  const format = model.pull && pullFormat(model, [tag]);
  items.copy.hidden = !model.pull;
  items.pull.hidden = !format;
  items.pull.onclick = () => copyText(textFor(model, format, [tag]));
  items.digest.onclick = () => copyText(model.digestOf(tag));
  items.copy.onclick = () => openFormats(model, opener, [tag]);
  items.select.onclick = () => select(tag);
  items.remove.onclick = () => whyNot(tag) || remove([tag]);
};

/** The word for a platform of the view. */
const platformName = (platform) => (platform === "first" ? t("tags.first_platform") : platform);

/** Fills the view menu: platforms of what is known so far, and the signature tags. */
export const fillViewMenu = (model, onChoose) => {
  const parts = partsOf(one("#menu-view"));
  const chosen = model.state.platform || "linux/amd64";
  const known = new Set(["linux/amd64", chosen]);
  for (const { platforms = [] } of model.summaries.known.values()) for (const { platform } of platforms) if (known.size < MOST_PLATFORMS && platform.length <= MOST_OF_PLATFORM) known.add(platform);
  known.delete("first");
  parts.choices.replaceChildren(...[...known].sort().concat("first").map((platform) => make("label", { class: "item" },
    make("input", { class: "radio", type: "radio", name: "platform", value: platform, checked: platform === chosen }), " ", platformName(platform))));
  parts.choices.onchange = ({ target }) => onChoose({ platform: target.value === "linux/amd64" ? "" : target.value });
  parts.signatures.hidden = !model.hidden && !model.state.all;
  parts.signatures_label.textContent = t("tags.show_signatures", { n: model.hidden });
  parts.all.checked = !!model.state.all;
  parts.all.onchange = () => onChoose({ all: parts.all.checked ? "true" : "" });
};
