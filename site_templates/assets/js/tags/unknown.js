/** What stands in the place of a repository that its registry does not know: which ones have such a name. */
import { isAbort } from "../lib/api.js";
import { walk } from "../lib/ask.js";
import { make, say, t } from "../lib/dom.js";
import { nearestNames } from "../lib/nearest.js";
import { link } from "../lib/url.js";

const REPOSITORIES = { repositories: [""], "next?": "" };
const MOST_NAMES = 10_000;

/** All names of the catalog, or as many as are worth the wait; null where it can't be read. */
const readNames = async (registry) => {
  let names = [];
  try {
    for await (const page of walk({ registry }, "repositories", { query: { n: 1000 }, shape: REPOSITORIES })) {
      names = names.concat(page.repositories);
      if (names.length >= MOST_NAMES) break;
    }
    return names;
  } catch (error) {
    isAbort(error);
    return null;
  }
};

/** The words for it; null where the catalog lists it, so that it is there and has no tags. */
export const unknownRepository = async ({ registry, repository }) => {
  const names = await readNames(registry);
  if (names?.includes(repository)) return null;
  const near = nearestNames(names ?? [], repository);
  const links = near.flatMap((name, at) => [at ? ", " : " ", make("a", { class: "link", href: link("tags.html", { registry, repository: name }) }, name)]);
  return make("div", { class: "void" },
    make("h2", {}, ...say(names ? "tags.unknown" : "tags.unknown_or_empty", { registry, repository })),
    ...(near.length ? [make("p", {}, t("tags.nearest"), ...links)] : []),
    make("p", {}, make("a", { class: "link", href: link("repositories.html", { registry }) }, t("tags.all_repositories", { registry }))));
};
