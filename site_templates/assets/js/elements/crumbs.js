/** Where I am: the names of the path, the registry switcher and the label of the demo. */
import { registryPath, request, requestOnce } from "../lib/api.js";
import { one, stamp } from "../lib/dom.js";
import { shortDigest } from "../lib/format.js";
import { decode, link } from "../lib/url-state.js";
import { flagOf } from "./status.js";

const here = decode(location.search, { registry: "", repository: "", tag: "", digest: "" });

const fill = (id, text, page, params) => {
  const crumb = document.getElementById(id);
  if (!crumb) return;
  one("span", crumb).textContent = text;
  crumb.href = link(page, params);
  crumb.title = text;
};
const { registry, repository, tag, digest } = here;
fill("crumb-registry", registry, "repositories.html", { registry });
fill("crumb-repository", repository, "tags.html", { registry, repository });
fill("crumb-reference", tag || shortDigest(digest), "manifest.html", here);

/** The page one level up, or null on the first. */
export const findUp = () => ({
  repositories: "index.html?all",
  tags: link("repositories.html", { registry }),
  manifest: link("tags.html", { registry, repository }),
  api: "index.html",
})[document.documentElement.dataset.page] ?? null;

const createItem = ({ name }) => {
  const { root, label } = stamp(name === registry ? "switch-here" : "switch-item");
  const item = root.firstElementChild;
  item.href = link("repositories.html", { registry: name });
  label.textContent = name;
  request(`${registryPath(name)}/status`).then(({ status }) => {
    if (status !== "online") item.append(flagOf(status, "end"));
  }, () => {});
  return root;
};

/** Lists the registries when the switcher first opens; their states follow one by one. */
const fillSwitcher = (event) => {
  if (event.newState !== "open") return;
  requestOnce("/api/v1/registries").then(
    ({ registries }) => one("ul", event.target).replaceChildren(...registries.map(createItem)),
    () => event.target.addEventListener("beforetoggle", fillSwitcher, { once: true }),
  );
};
one("#menu-registries").addEventListener("beforetoggle", fillSwitcher, { once: true });

const showDemo = async () => {
  const { registries } = await requestOnce("/api/v1/registries");
  one("#demo").hidden = !registries.some(({ name, source }) => source === "demo" && (!registry || name === registry));
};
if (document.documentElement.dataset.page !== "api") showDemo().catch(() => {});
