/** The menu of registries beside the name of the present one. */
import { isAbort } from "../lib/api.js";
import { ask, listRegistries } from "../lib/ask.js";
import { one, stamp } from "../lib/dom.js";
import { here } from "../lib/session.js";
import { link } from "../lib/url.js";
import { STATUS, flagOf } from "./status.js";

const createItem = ({ name }) => {
  const { root, label } = stamp(name === here.registry ? "switch-here" : "switch-item");
  const item = root.firstElementChild;
  item.href = link("repositories.html", { registry: name });
  label.textContent = name;
  ask({ registry: name }, "status", { shape: STATUS }).then(({ status }) => {
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
