/** The menu of registries beside the name of the present one. */
import { isAbort, listRegistries, registryPath, request } from "../lib/api.js";
import { one, stamp } from "../lib/dom.js";
import { decode, link } from "../lib/url.js";
import { STATUS, flagOf } from "./status.js";

const { registry } = decode(location.search, { registry: "" });

const createItem = ({ name }) => {
  const { root, label } = stamp(name === registry ? "switch-here" : "switch-item");
  const item = root.firstElementChild;
  item.href = link("repositories.html", { registry: name });
  label.textContent = name;
  request(`${registryPath(name)}/status`, { shape: STATUS }).then(({ status }) => {
    if (status !== "online") item.append(flagOf(status, "end"));
  }).catch(isAbort);
  return root;
};

/** Lists the registries when the menu first opens; their states follow one by one. */
export const fillSwitcher = (event) => {
  if (event.newState !== "open") return;
  listRegistries().then(
    ({ registries }) => one("ul", event.target).replaceChildren(...registries.map(createItem)),
    () => event.target.addEventListener("beforetoggle", fillSwitcher, { once: true }),
  );
};
