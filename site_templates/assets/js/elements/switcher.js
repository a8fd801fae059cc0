/** The menu of registries beside the name of the present one. */
import { isAbort } from "../lib/api.js";
import { ask, listRegistries } from "../lib/ask.js";
import { one, stamp } from "../lib/dom.js";
import { here } from "../lib/session.js";
import { link } from "../lib/url.js";
import { STATUS, checkEach, flagOf } from "./status.js";

const createItem = ({ name }) => {
  const { root, label } = stamp(name === here.registry ? "switch-here" : "switch-item");
  const item = root.firstElementChild;
  item.href = link("repositories.html", { registry: name });
  label.textContent = name;
  return root;
};

const showState = ([{ name }, root]) => ask({ registry: name }, "status", { shape: STATUS }).then(({ status }) => {
  if (status !== "online") root.firstElementChild.append(flagOf(status, "end"));
}).catch(isAbort);

/** Lists the registries when the menu first opens; their states follow one by one. */
export const fillSwitcher = (event) => {
  if (event.newState !== "open") return;
  listRegistries().then(
    ({ registries }) => {
      const items = registries.map(createItem);
      one("ul", event.target).replaceChildren(...items);
      checkEach(registries.map((registry, at) => [registry, items[at]]), showState);
    },
    () => event.target.addEventListener("beforetoggle", fillSwitcher, { once: true }),
  );
};
