import assert from "node:assert/strict";
import { test } from "node:test";
import { digitsOf, parseJump, rankName } from "../../site_templates/assets/js/lib/jump.js";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const REGISTRIES = [
  { name: "nas", url: "https://nas.example:5000", pull_host: "nas.example:5000" },
  { name: "hub", url: "https://registry-1.docker.io", pull_host: "docker.io" },
];
const HERE = { registry: "nas", repository: "" };
const jump = (text, here = HERE) => parseJump(text, REGISTRIES, here);
const to = (repository, tag = "", digest = "", registry = "nas") => ({ where: { registry, repository, tag, digest } });

test("references are read as clients write them", () => {
  assert.deepEqual(jump("nas.example:5000/team/app:1.4.2"), to("team/app", "1.4.2"));
  assert.deepEqual(jump("FROM nas.example:5000/team/app:1.4.2 AS build"), to("team/app", "1.4.2"));
  assert.deepEqual(jump(`from --platform=linux/arm64 nas/team/app@${DIGEST}`), to("team/app", "", DIGEST));
  assert.deepEqual(jump("docker pull docker.io/alpine:3"), to("library/alpine", "3", "", "hub"));
  assert.deepEqual(jump("helm pull oci://nas.example:5000/charts/app"), to("charts/app"));
  assert.deepEqual(jump("team/app"), to("team/app"));
  assert.deepEqual(jump("nas.example:5000/app"), to("app"));
  assert.deepEqual(jump("app"), {});
});

test("addresses of a registry's API are read, with and without its host", () => {
  assert.deepEqual(jump("https://nas.example:5000/v2/team/app/manifests/1.4.2"), to("team/app", "1.4.2"));
  assert.deepEqual(jump(`/v2/team/app/manifests/${DIGEST}`), to("team/app", "", DIGEST));
  assert.deepEqual(jump("/v2/team/app/tags/list?n=5"), to("team/app"));
  assert.deepEqual(jump(`https://nas.example:5000/v2/team/app/blobs/${DIGEST}`), to("team/app"));
});

test("a host that no registry here has is named as such", () => {
  assert.deepEqual(jump("quay.io/team/app:1"), { unknownHost: "quay.io" });
  assert.deepEqual(jump("https://ghcr.io/v2/team/app/tags/list"), { unknownHost: "ghcr.io" });
});

test("a digest is looked up in the repository that is open", () => {
  const open = { registry: "nas", repository: "team/app" };
  assert.deepEqual(jump(DIGEST, open), to("team/app", "", DIGEST));
  assert.deepEqual(jump(DIGEST), { needsRepository: true });
  assert.equal(digitsOf("sha256:abcdef0"), "abcdef0");
  assert.equal(digitsOf("ABCDEF0"), "abcdef0");
  assert.equal(digitsOf("abcdef"), "");
  assert.equal(digitsOf("latest"), "");
});

test("a name's last part counts more than what stands in it", () => {
  const names = ["apps/other", "shop/app", "app", "app/x", "shop/application"];
  const rank = (name) => rankName(name, "app");
  assert.deepEqual(names.toSorted((a, b) => rank(a) - rank(b)), ["app", "shop/app", "shop/application", "apps/other", "app/x"]);
  assert.equal(rankName("shop", "app"), Infinity);
});
