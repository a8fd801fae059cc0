// Reads [{registry, repository, tag, digest, host}, …] as JSON and prints what the pages say of each name,
// and the path that early.js asks for on the tags page with these in its address; null for none.
import { readFileSync } from "node:fs";
import { createContext, Script } from "node:vm";

const scripts = new URL("../../site_templates/assets/js/", import.meta.url);
const { isDigest, isHost, isRegistry, isRepository, isTag } = await import(new URL("lib/reference.js", scripts));
const early = new Script(readFileSync(new URL("early.js", scripts), "utf8"));
const nothing = { getItem: () => null };

const pathOf = (names) => {
  let asked = null;
  early.runInContext(createContext({
    URLSearchParams,
    window: {},
    navigator: { languages: [] },
    localStorage: nothing,
    sessionStorage: nothing,
    location: { search: `?${new URLSearchParams(names)}` },
    document: { documentElement: { lang: "en", dataset: { page: "tags", api: "" } } },
    fetch: (path) => {
      asked = path;
      return Promise.resolve({ ok: false });
    },
  }));
  return asked;
};

const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ registry, repository, tag, digest, host }) => ({
  registry: isRegistry(registry),
  repository: isRepository(repository),
  tag: isTag(tag),
  digest: isDigest(digest),
  host: isHost(host),
  early: pathOf({ registry, repository }),
}))));
