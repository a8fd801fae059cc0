/** What the page of a registry knows: the names, whether more come, which namespaces were opened; no elements. */
import { parseFilter } from "../lib/filter.js";
import { growTree, selectNames } from "./order.js";

const FEW = 100;

/** The model of a registry's page; `state` is the address's. */
export const createModel = (registry, state) => {
  const toggled = new Set();
  const model = {
    registry,
    state,
    names: [],
    hasMore: false,
    mark: "",
    hasCatalog: true,

    /** Opens a namespace of the tree, or closes it. */
    toggle: (name) => toggled[toggled.has(name) ? "delete" : "add"](name),

    /** The names that the state asks for, in its order. */
    select() {
      const chosen = selectNames(model.names, state);
      model.mark = parseFilter(state.q).mark;
      return state.order ? chosen.reverse() : chosen;
    },

    /** The rows of these names: in a tree `{name, group, …}` as `growTree` says, else one each. */
    arrange(chosen) {
      const isOpen = (name) => !!state.q || toggled.has(name) !== model.names.length <= FEW;
      return state.view ? growTree(chosen, isOpen) : chosen.map((name) => ({ name, group: false }));
    },
  };
  return model;
};
