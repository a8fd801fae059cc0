/** Commands for every client, ready to paste; pure. */
import { FORMATS, flag, imageName, isPlain, quote } from "../lib/pull.js";

const { reference } = FORMATS;

/** As `FORMATS`. Plain http gets the flag that each client wants; docker has a setting (`insecure`). */
export const CLIENTS = {
  ...FORMATS,
  podman: (registry, ...of) => quote(`podman pull ${flag(registry, "--tls-verify=false")}${reference(registry, ...of)}`),
  nerdctl: (registry, ...of) => quote(`nerdctl ${flag(registry, "--insecure-registry")}pull ${reference(registry, ...of)}`),
  skopeo: (registry, repository, tag, digest) =>
    quote(`skopeo copy ${flag(registry, "--src-tls-verify=false")}docker://${reference(registry, repository, tag, digest)} `)
    + ["oci", repository.split("/").pop(), tag].filter(Boolean).join(":"),
  pinned: (registry, repository, tag, digest) => `${imageName(registry, repository)}@${digest}`,
  insecure: (registry) => `"insecure-registries": ["${registry.pull_host}"]`,
};

/** The formats that make sense beside `format` of `formatOf`; only docker needs `insecure`, for plain http. */
export const formatsFor = (registry, format) => {
  if (format !== "docker") return [...(format ? [format] : []), "reference", "pinned"];
  return ["docker", "podman", "nerdctl", "skopeo", "reference", "pinned", ...(isPlain(registry) ? ["insecure"] : [])];
};
