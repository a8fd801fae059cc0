/** What the tags page knows: its list, what is shown of it, what each tag names, what is chosen; no elements. */
import { parseFilter } from "../lib/filter.js";
import { sortVersions } from "../lib/version-order.js";

/** The model of a repository's page; `state` is the address's, `summaries` are added by who asks for them. */
export const createModel = (where, state) => {
  const model = {
    where,
    state,
    registry: { pull_host: where.registry, url: "", protect: [], can_delete: true },
    role: "",
    isLoading: true,
    // Pull commands, once it is known which host they name.
    pull: null,
    tags: [],
    byVersion: [],
    ordered: [],
    shown: [],
    unread: [],
    hasAges: false,
    mark: "",
    hidden: 0,
    selected: new Set(),
    states: new Map(),
    siblings: new Map(),
    marked: null,
    protectedBy: () => null,
    digestOf: (tag) => model.summaries.known.get(tag)?.digest,
    siblingsOf: (tag, digest) => (model.siblings.get(digest) ?? []).filter((other) => other !== tag),

    /** Takes the list as far as it came. */
    take: (tags, hidden) => Object.assign(model, { tags, byVersion: sortVersions(tags), hidden }),

    /** Takes in which tags name the same image. */
    learn(tags) {
      for (const tag of tags) {
        const digest = model.digestOf(tag);
        if (!digest) continue;
        const group = model.siblings.get(digest);
        if (!group) model.siblings.set(digest, [tag]);
        else if (!group.includes(tag)) group.push(tag);
      }
    },

    /** Shows what the filter lets through; what it can't tell yet, since a date is missing, is `unread`. */
    filter() {
      const wanted = parseFilter(state.q, true);
      const { known } = model.summaries;
      const named = state.q ? model.ordered.filter(wanted.hasName) : model.ordered;
      model.mark = wanted.mark;
      model.hasAges = wanted.hasAges;
      model.unread = wanted.hasAges ? named.filter((tag) => !known.has(tag)) : [];
      model.shown = wanted.hasAges ? named.filter((tag) => wanted.hasAge(known.get(tag)?.created)) : named;
    },

    /** Forgets what tags name, so that it is asked for again. */
    forget() {
      model.summaries.forget();
      model.siblings.clear();
    },
  };
  return model;
};
