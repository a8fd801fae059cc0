/** What a text in the jump box names: a digest, a reference as clients write it, an address of a registry. Pure. */
import { isDigest, isRepository, isTag } from "./reference.js";

const BEFORE = /^(?:from|(?:docker|podman|nerdctl|crane|oras|helm|skopeo)\s+(?:pull|run|manifest|inspect|copy)+)\s+(?:--\S+\s+)*/i;
const SCHEME = /^(?:docker|oci|https?):\/\//;
const REFERENCE = /^(?:(\[[\da-f:.]+\](?::\d+)?|[\w.-]+(?::\d+)?)\/)?([a-z0-9][a-z0-9._/-]*?)(?::(\w[\w.-]{0,127}))?(?:@(\w+:\w+))?$/;
const ADDRESS = /^([^/\s]*)(?:\/[^\s]*?)?\/v2\/([^\s?#]+?)(?:\/(manifests|blobs)\/([^/\s?#]+)|\/(tags)\/list|\/(referrers)\/([^/\s?#]+))?\/?(?:[?#]\S*)?$/;
const PART = /^(?:sha256:)?([a-f0-9]{7,64})$/;

/** The digits that a text gives of a digest, seven or more; "" where it gives none. */
export const digitsOf = (text) => PART.exec(text.toLowerCase())?.[1] ?? "";

/** A pasted line without what stands around the reference: `FROM … AS build`, `docker pull …`. */
const strip = (text) => text.trim().replace(BEFORE, "").split(/\s+/)[0];

const isHostLike = (host) => /[.:]|^localhost$/.test(host);

/** `host/v2/name/manifests/tag` and the like as `[host, name, tag, digest]`. */
const readAddress = (text) => {
  const [, host, name, kind, reference] = ADDRESS.exec(text) ?? [];
  if (!name) return null;
  const isManifest = kind === "manifests";
  return [host, name, isManifest && isTag(reference) ? reference : "", isManifest && isDigest(reference) ? reference : ""];
};

const readReference = (text) => REFERENCE.exec(text)?.slice(1) ?? [];

/**
 * Answers `{where: {registry, repository, tag, digest}}`, or `{unknownHost}` where no registry here is pulled from
 * there, or `{needsRepository: true}` for a digest where none is open, or `{}`. `here` is the place that is open.
 */
export const parseJump = (text, registries, here) => {
  const bare = strip(text);
  if (isDigest(bare)) return here.repository ? { where: { ...here, tag: "", digest: bare } } : { needsRepository: true };
  const reference = bare.replace(SCHEME, "");
  const [host = "", name = "", tag = "", digest = ""] = readAddress(reference) ?? readReference(reference);
  const found = registries.find((each) => host && (each.pull_host === host || each.name === host || hostOf(each.url) === host));
  if (host && !found && isHostLike(host)) return { unknownHost: host };
  const registry = found?.name ?? here.registry;
  const official = found?.pull_host === "docker.io" && name && !name.includes("/") ? "library/" : "";
  const repository = found || !host ? official + name : `${host}/${name}`;
  if (!name || !registry || !(tag || digest || repository.includes("/") || found)) return {};
  if (!isRepository(repository) || (digest && !isDigest(digest))) return {};
  return { where: { registry, repository, tag: digest ? "" : tag, digest } };
};

const hostOf = (url) => (URL.canParse(url) ? new URL(url).host : "");

/** How well a name answers a query, 0 the best; Infinity where it does not. */
export const rankName = (name, query) => {
  const low = name.toLowerCase();
  const last = low.slice(low.lastIndexOf("/") + 1);
  const ranks = [low === query, last === query, last.startsWith(query), low.startsWith(query), low.includes(query)];
  const rank = ranks.indexOf(true);
  return rank < 0 ? Infinity : rank;
};
