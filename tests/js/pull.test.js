import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENTS as FORMATS, formatsFor } from "../../site_templates/assets/js/tags/clients.js";
import { FORMATS as PULL, formatOf } from "../../site_templates/assets/js/lib/pull.js";
import { findGlob } from "../../site_templates/assets/js/lib/glob.js";

const PLAIN = { url: "http://nas:5000", pull_host: "nas:5000" };
const SECURE = { url: "https://registry-1.docker.io", pull_host: "docker.io" };
const DIGEST = `sha256:${"0".repeat(64)}`;

test("commands name the pull host and not the address of the API", () => {
  assert.equal(FORMATS.docker(SECURE, "library/nginx", "1.27", DIGEST), "docker pull docker.io/library/nginx:1.27");
  assert.equal(FORMATS.pinned(SECURE, "library/nginx", "1.27", DIGEST), `docker.io/library/nginx@${DIGEST}`);
});

test("without a tag the digest names the image", () => {
  assert.equal(FORMATS.podman(SECURE, "a/b", undefined, DIGEST), `podman pull docker.io/a/b@${DIGEST}`);
});

test("plain http gets each client's own flag", () => {
  assert.equal(FORMATS.podman(PLAIN, "a/b", "1"), "podman pull --tls-verify=false nas:5000/a/b:1");
  assert.equal(FORMATS.nerdctl(PLAIN, "a/b", "1"), "nerdctl --insecure-registry pull nas:5000/a/b:1");
  assert.equal(FORMATS.skopeo(PLAIN, "a/b", "1"), "skopeo copy --src-tls-verify=false docker://nas:5000/a/b:1 oci:b:1");
  assert.equal(FORMATS.insecure(PLAIN), '"insecure-registries": ["nas:5000"]');
});

test("a shell takes no brackets of a host for a pattern", () => {
  const registry = { url: "http://[::1]:5000", pull_host: "[::1]:5000" };
  assert.equal(FORMATS.docker(registry, "a/b", "1"), "docker pull '[::1]:5000/a/b:1'");
  assert.equal(FORMATS.helm(registry, "a/b", "1"), "helm pull --plain-http 'oci://[::1]:5000/a/b' --version 1");
  assert.equal(FORMATS.skopeo(registry, "a/b", "1"), "skopeo copy --src-tls-verify=false 'docker://[::1]:5000/a/b:1' oci:b:1");
  assert.equal(FORMATS.podman(registry, "a/b", "1"), "podman pull --tls-verify=false '[::1]:5000/a/b:1'");
});

test("helm gets the plus sign of a version back", () => {
  assert.equal(FORMATS.helm(SECURE, "charts/app", "1.2.3_build.4"), "helm pull oci://docker.io/charts/app --version 1.2.3+build.4");
});

test("charts are offered to helm and the daemon's setting only where it is needed", () => {
  assert.deepEqual(formatsFor(SECURE, "helm"), ["helm", "reference", "pinned"]);
  assert.ok(formatsFor(PLAIN, "docker").includes("insecure"));
  assert.ok(!formatsFor(SECURE, "docker").includes("insecure"));
});

test("globs cover whole names as the server's do", () => {
  const cases = [["v*", "v1.2", true], ["v*", "xv1", false], ["*-lts", "1.3-lts", true], ["1.?", "1.2", true],
    ["1.?", "1.22", false], ["[a-c]x", "bx", true], ["[!a-c]x", "bx", false], ["1.2", "1x2", false], ["a+b(c)", "a+b(c)", true]];
  for (const [glob, name, isCovered] of cases) assert.equal(findGlob([glob], name) === glob, isCovered, `${glob} ${name}`);
});

test("each kind gets the command of a client that can, and what none pulls gets none", () => {
  const bare = { kind: "index", platforms: [] };
  const kinds = ["image", "chart", "artifact", "signature", "attestation", "placeholder", "unknown"];
  assert.deepEqual(kinds.map((kind) => formatOf({ kind, platforms: [] })), ["docker", "helm", "oras", null, null, null, null]);
  assert.deepEqual([formatOf({ ...bare, platforms: [{}] }), formatOf(bare), formatOf(undefined)], ["docker", null, "docker"]);
  assert.deepEqual([formatsFor(SECURE, "oras"), formatsFor(SECURE, null)], [["oras", "reference", "pinned"], ["reference", "pinned"]]);
  assert.equal(PULL.oras(PLAIN, "a/model", "7b"), "oras pull --plain-http nas:5000/a/model:7b");
});
