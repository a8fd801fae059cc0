/** The menu of a row, the menu of what can be copied, the chooser of platforms. */
import { all, make, one, partsOf } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { FORMATS, formatsFor } from "../lib/pull.js";
import { copyText } from "../elements/copy.js";
import { openMenu } from "../elements/menu.js";

const LABELS = {
  docker: "copy.as_docker", podman: "copy.as_podman", nerdctl: "copy.as_nerdctl", skopeo: "copy.as_skopeo",
  helm: "copy.as_helm", reference: "copy.as_reference", pinned: "copy.as_pinned", insecure: "copy.as_insecure",
};

/** What `format` writes for these tags, a line each, every line once. */
export const textFor = (model, format, tags) => [...new Set(tags.map((tag) =>
  FORMATS[format](model.registry, model.where.repository, tag, model.digestOf(tag))))].join("\n");

/** The format of a pull command: charts are for helm. */
export const pullFormat = (model, tags) =>
  (tags.every((tag) => model.summaries.known.get(tag)?.kind === "chart") ? "helm" : "docker");

/**
 * Binds both menus; `whyNot(tag)` says why a tag can't be deleted. Answers `(button, tags)`, which
 * opens the formats for what `tags()` answers.
 */
export const bindMenus = (model, table, { select, remove, whyNot }) => {
  const menu = one("#menu-row");
  const items = partsOf(menu);
  const formats = one("#menu-copy");
  let tag = null;
  let opener;
  let copied = () => [];

  table.addEventListener("click", (event) => {
    opener = event.target.closest("[popovertarget]") ?? opener;
    tag = opener?.closest("tr").dataset.tag;
  });
  menu.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    const reason = whyNot(tag);
    items.open.href = one(".open", one(`tr[data-tag="${CSS.escape(tag)}"]`, table)).href;
    items.digest.hidden = !model.digestOf(tag);
    items.remove.setAttribute("aria-disabled", !!reason);
    items.remove.classList.toggle("danger", !reason);
    items.remove.title = items.why.textContent = reason;
  });
  formats.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    const tags = copied();
    const kind = pullFormat(model, tags) === "helm" ? "chart" : "image";
    const isKnown = tags.every(model.digestOf);
    formats.replaceChildren(...formatsFor(model.registry, kind).filter((format) => isKnown || format !== "pinned")
      .map((format) => make("button", {
        class: "item", type: "button", title: textFor(model, format, tags.slice(0, 3)),
        onclick: () => copyText(textFor(model, format, tags)),
      }, t(LABELS[format]))));
  });
  const openFormats = (button, tags) => {
    copied = tags;
    openMenu(formats, button);
  };
  items.copy.onclick = () => openFormats(opener, () => [tag]);
  items.pull.onclick = () => copyText(textFor(model, pullFormat(model, [tag]), [tag]));
  items.digest.onclick = () => copyText(model.digestOf(tag));
  items.select.onclick = () => select(tag);
  items.remove.onclick = () => whyNot(tag) || remove([tag]);
  return openFormats;
};

/** The chooser of the platform whose sizes are shown; `show()` adds those that came to be known. */
export const bindPlatforms = (model, onChoose) => {
  const menu = one("#menu-view");
  const parts = partsOf(menu);
  const label = one("[popovertarget=menu-view] [data-part=platform]");
  const known = new Set(["linux/amd64"]);
  const name = (platform) => (platform === "first" ? t("tags.first_platform") : platform);

  const show = () => {
    const chosen = model.state.platform || "linux/amd64";
    label.textContent = name(chosen);
    const wanted = [...new Set([...known, ...(chosen === "first" ? [] : [chosen])])].sort().concat("first");
    if (parts.choices.childElementCount !== wanted.length) {
      parts.choices.replaceChildren(...wanted.map((platform) => make("label", { class: "item" },
        make("input", { class: "radio", type: "radio", name: "platform", value: platform }), " ", name(platform))));
    }
    for (const radio of all("input", parts.choices)) radio.checked = radio.value === chosen;
    parts.signatures.hidden = !model.hidden && !model.state.all;
    parts.signatures_label.textContent = t("tags.show_signatures", { n: model.hidden });
    parts.all.checked = !!model.state.all;
  };
  parts.choices.addEventListener("change", (event) =>
    onChoose({ platform: event.target.value === "linux/amd64" ? "" : event.target.value }));
  parts.all.addEventListener("change", () => onChoose({ all: parts.all.checked ? "true" : "" }));
  return {
    show,
    learn(summary) {
      for (const { platform } of summary.platforms ?? []) known.add(platform);
    },
  };
};
