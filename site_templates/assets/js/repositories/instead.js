/** What stands in the place of a registry's repositories: nothing there, nothing found, no list. */
import { isAbort } from "../lib/api.js";
import { stamp, t } from "../lib/dom.js";
import { remember } from "./opened.js";
import { hrefOf } from "./row.js";

/** `getKnown()` promises what the inventory says of the registry. */
export const bindInstead = (model, ui, registry, getKnown) => {
  /** Puts words in the table's place, or the table back. */
  const showInstead = (content, isTableToo = false) => {
    ui.instead.replaceChildren(...(content ? [content] : []));
    ui.table.hidden = !!content && !isTableToo;
  };

  const withForm = (id, words) => {
    const found = stamp(id);
    found.words.textContent = words;
    found.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = found.form.repository.value;
      remember(registry, name);
      location.assign(hrefOf(registry, name));
    });
    return found;
  };

  const showNoMatch = (clearFilter) => {
    const { root, form, clear } = withForm("no-match", t("repositories.no_match", { text: model.state.q }));
    form.repository.value = model.state.q;
    clear.addEventListener("click", clearFilter);
    showInstead(root);
  };

  const showEmpty = async () => {
    const { root, push, copy } = stamp("no-repositories");
    const host = (await getKnown().catch(isAbort))?.pull_host;
    const { quote } = await import("../lib/pull.js");
    if (host) push.textContent = copy.dataset.copy = quote(`docker push ${host}/app:latest`);
    else push.parentElement.remove();
    if (!model.names.length) showInstead(root);
  };

  /** A box for names, above those opened before. */
  const showNoCatalog = () =>
    showInstead(withForm("no-catalog", t("repositories.no_catalog", { name: registry })).root, model.names.length > 0);

  return { showInstead, showEmpty, showNoCatalog, showNoMatch };
};
