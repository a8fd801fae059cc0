/** The pull command and the reference of a tag or digest, ready to paste; pure. */

/** `host/repository` as clients name it. */
export const imageName = (registry, repository) => `${registry.pull_host}/${repository}`;

export const isPlain = (registry) => registry.url.startsWith("http:");

/** What plain http needs on the command line, where a client has a flag for it. */
export const flag = (registry, text) => (isPlain(registry) ? `${text} ` : "");

/** A command for a shell: of all that checked names hold, it takes an IPv6 host's brackets alone for more. */
export const quote = (command) => command.replace(/\S*\[\S*/, "'$&'");

/** By format: `(registry, repository, tag, digest) → text`. Without a tag the digest names the image. */
export const FORMATS = {
  docker: (...of) => quote(`docker pull ${FORMATS.reference(...of)}`),
  // Helm writes "+" of a version as "_" into the tag.
  helm: (registry, repository, tag) =>
    quote(`helm pull ${flag(registry, "--plain-http")}oci://${imageName(registry, repository)}`)
    + (tag ? ` --version ${tag.replaceAll("_", "+")}` : ""),
  oras: (registry, ...of) => quote(`oras pull ${flag(registry, "--plain-http")}${FORMATS.reference(registry, ...of)}`),
  reference: (registry, repository, tag, digest) =>
    imageName(registry, repository) + (tag ? `:${tag}` : `@${digest}`),
};

const BY_KIND = new Map([["image", "docker"], ["index", "docker"], ["chart", "helm"], ["artifact", "oras"]]);

/** Which command pulls what is known of a manifest: docker's before anything is, null where no client's does. */
export const formatOf = (known) => {
  if (!known) return "docker";
  const isBare = known.kind === "index" && !known.platforms.length;
  return (!isBare && BY_KIND.get(known.kind)) || null;
};
