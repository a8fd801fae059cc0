/** Commands and references for a tag or digest, ready to paste; pure. */

/** `host/repository` as clients name it. */
export const imageName = (registry, repository) => `${registry.pull_host}/${repository}`;

const isPlain = (registry) => registry.url.startsWith("http:");
const flag = (registry, text) => (isPlain(registry) ? `${text} ` : "");

/**
 * By format: `(registry, repository, tag, digest) → text`. Without a tag the digest names the image.
 * Plain http gets the flag that each client wants; docker has a setting instead (`insecure`).
 */
export const FORMATS = {
  docker: (...of) => `docker pull ${FORMATS.reference(...of)}`,
  podman: (registry, ...of) => `podman pull ${flag(registry, "--tls-verify=false")}${FORMATS.reference(registry, ...of)}`,
  nerdctl: (registry, ...of) => `nerdctl ${flag(registry, "--insecure-registry")}pull ${FORMATS.reference(registry, ...of)}`,
  skopeo: (registry, repository, tag, digest) =>
    `skopeo copy ${flag(registry, "--src-tls-verify=false")}docker://${FORMATS.reference(registry, repository, tag, digest)} `
    + ["oci", repository.split("/").pop(), tag].filter(Boolean).join(":"),
  // Helm writes "+" of a version as "_" into the tag.
  helm: (registry, repository, tag) =>
    `helm pull ${flag(registry, "--plain-http")}oci://${imageName(registry, repository)}`
    + (tag ? ` --version ${tag.replaceAll("_", "+")}` : ""),
  reference: (registry, repository, tag, digest) =>
    imageName(registry, repository) + (tag ? `:${tag}` : `@${digest}`),
  pinned: (registry, repository, tag, digest) => `${imageName(registry, repository)}@${digest}`,
  insecure: (registry) => `"insecure-registries": ["${registry.pull_host}"]`,
};

/** The formats that make sense: charts are for helm, only plain http needs `insecure`. */
export const formatsFor = (registry, kind) =>
  (kind === "chart" ? ["helm", "reference", "pinned"] : ["docker", "podman", "nerdctl", "skopeo", "reference", "pinned"])
    .concat(isPlain(registry) && kind !== "chart" ? "insecure" : []);
