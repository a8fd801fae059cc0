/**
 * The one way to ask the API: the path is built here, of checked names alone, and what answers must
 * be about them. Anything else is an ApiError: nothing of it is shown, linked or deleted.
 */
import { ApiError, listShown, request } from "./api.js";
import { isDigest, isHost, isRegistry, isRepository, isTag } from "./reference.js";
import { fits } from "./shape.js";
import { walkPages } from "./url.js";

/** By name: its step in a path, its grammar, and the code where it is none. */
export const NAMES = {
  registry: ["registries", isRegistry, "REGISTRY_INVALID"],
  repository: ["repositories", isRepository, "NAME_INVALID"],
  tag: ["tags", isTag, "TAG_INVALID"],
  digest: ["manifests", isDigest, "DIGEST_INVALID"],
  blob: ["blobs", isDigest, "DIGEST_INVALID"],
};

/**
 * What an answer repeats of the names, by what ends the path or, where a name does, by the method; the
 * others repeat the place. What is changed is done by then.
 */
const PLACE = { registry: "registry", repository: "repository" };
const REPEATED = {
  status: { name: "registry" }, referrers: {}, "deletion-plan": { digest: "digest" }, "digest/tags": { digest: "digest" },
  manifest: { ...PLACE, reference: "tag" }, GET: { ...PLACE, reference: "digest", digest: "digest" },
  DELETE: {}, PUT: {},
};
/** What names are in an answer, by field. */
const GRAMMAR = {
  name: isRegistry, pull_host: isHost, repositories: isRepository, tags: isTag, tag: isTag, digest: isDigest,
};

const pathTo = (names, end) => Object.keys(NAMES).filter((name) => name in names).reduce((path, name) => {
  const [step, isName, code] = NAMES[name];
  if (!isName(names[name])) throw new ApiError(code);
  return `${path}/${step}/${names[name]}`;
}, "/api/v1") + (end && `/${end}`);

/** `path?a=1&b=2`; a list becomes a repeated key, empty values are left out. */
const withQuery = (path, query = {}) => {
  const pairs = Object.entries(query).flatMap(([key, value]) => [value].flat().map((each) => [key, each]));
  const text = new URLSearchParams(pairs.filter((pair) => pair[1])).toString();
  return text ? `${path}?${text}` : path;
};

/** Whether an answer is about these names, and holds none that the grammar does not allow. */
const isAbout = (answer, names, kind, shape) =>
  Object.entries(REPEATED[kind] ?? PLACE).every(([field, name]) => answer[field] === names[name])
    && fits(answer, shape, GRAMMAR);

const send = async (url, names, end, options) => {
  const foreign = new ApiError("ANSWER_FOREIGN");
  // A page's `next` is the same place with another query, or it is not followed.
  if (url.split("?")[0] !== pathTo(names, end)) throw foreign;
  // What a blob holds is anybody's, and about nothing.
  const isText = !!names.blob;
  const answer = await request(url, { ...options, isText });
  const kind = end === "tags" && names.digest ? "digest/tags" : end || options.method || "GET";
  if (!isText && !isAbout(answer, names, kind, options.shape)) throw foreign;
  return answer;
};

/**
 * Asks for what `end` names at a place: `ask({registry, repository, digest}, "referrers", {query})`;
 * "" is the manifest or blob itself, a blob as text. Options are `query` and those of `request`.
 */
export const ask = async (names, end, { query, ...options } = {}) =>
  send(withQuery(pathTo(names, end), query), names, end, options);

/** Yields each page of such a list, as `walkPages` does. */
export const walk = (names, end, { query, ...options } = {}) =>
  walkPages((url) => send(url, names, end, options), withQuery(pathTo(names, end), query));

const REGISTRIES = { registries: [{ name: "", url: "", pull_host: "", source: "", protect: [""] }] };
/** Asks for `/registries` itself. */
export const askRegistries = (options) => ask({}, "registries", { ...options, shape: REGISTRIES });

let registries;
// Somebody else may see others.
document.addEventListener("rl:signed-in", () => (registries = undefined));

/** The answer of `/registries`, which several parts of a page share: asked once, again after a failure. */
export const listRegistries = () => (registries ??= listShown.then(askRegistries).catch((error) => {
  registries = undefined;
  throw error;
}));
