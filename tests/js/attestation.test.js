import assert from "node:assert/strict";
import { test } from "node:test";

import { readAttestation } from "../../site_templates/assets/js/manifest/attestation.js";

const spdx = {
  spdxVersion: "SPDX-2.3",
  creationInfo: { created: "2024-03-20T11:04:00Z", creators: ["Organization: x", "Tool: syft-1.0.1"] },
  packages: [
    {
      name: "musl",
      versionInfo: "1.2.4",
      licenseConcluded: "NOASSERTION",
      licenseDeclared: "MIT",
      externalRefs: [{ referenceLocator: "cpe:2.3:a" }, { referenceLocator: "pkg:apk/alpine/musl@1.2.4" }],
    },
    { name: "node" },
  ],
};
const packages = [
  { name: "musl", version: "1.2.4", licence: "MIT", type: "apk" },
  { name: "node", version: "", licence: "", type: "" },
];

test("an SPDX document in an in-toto statement gives its packages", () => {
  const read = readAttestation({ predicateType: "https://spdx.dev/Document", predicate: spdx });
  assert.equal(read.form, "packages");
  assert.equal(read.title, "SPDX 2.3");
  assert.equal(read.tool, "syft-1.0.1");
  assert.deepEqual(read.packages, packages);
});

test("a bare SPDX document is read too", () => {
  assert.deepEqual(readAttestation(spdx).packages, packages);
});

test("a DSSE envelope is opened", () => {
  const statement = JSON.stringify({ predicateType: "https://spdx.dev/Document", predicate: spdx });
  const read = readAttestation({ payload: Buffer.from(statement).toString("base64"), signatures: [] });
  assert.deepEqual(read.packages, packages);
});

test("a CycloneDX document gives its components", () => {
  const read = readAttestation({
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    metadata: { timestamp: "2024-03-20T11:04:00Z", tools: { components: [{ name: "trivy", version: "0.50" }] } },
    components: [
      { group: "@nuxt", name: "kit", version: "3.0", purl: "pkg:npm/%40nuxt/kit@3.0", licenses: [{ license: { id: "MIT" } }] },
      { name: "base", type: "operating-system", licenses: [{ expression: "A OR B" }, { license: { name: "C" } }] },
    ],
  });
  assert.equal(read.title, "CycloneDX 1.5");
  assert.equal(read.tool, "trivy 0.50");
  assert.deepEqual(read.packages, [
    { name: "@nuxt/kit", version: "3.0", licence: "MIT", type: "npm" },
    { name: "base", version: "", licence: "A OR B, C", type: "operating-system" },
  ]);
});

test("SLSA provenance 0.2 gives builder, source and materials", () => {
  const read = readAttestation({
    predicateType: "https://slsa.dev/provenance/v0.2",
    predicate: {
      builder: { id: "https://ci.example.com/1" },
      buildType: "https://mobyproject.org/buildkit@v1",
      invocation: { configSource: { uri: "https://git.example.com/app.git", entryPoint: "Dockerfile" } },
      metadata: { buildStartedOn: "2024-03-20T11:00:00Z", buildFinishedOn: "2024-03-20T11:04:00Z" },
      materials: [{ uri: "pkg:docker/alpine@3.19", digest: { sha256: "ab" } }],
    },
  });
  assert.equal(read.title, "SLSA provenance 0.2");
  assert.equal(read.builder, "https://ci.example.com/1");
  assert.equal(read.source, "https://git.example.com/app.git");
  assert.equal(read.finished, "2024-03-20T11:04:00Z");
  assert.deepEqual(read.materials, [{ uri: "pkg:docker/alpine@3.19", digest: "sha256:ab" }]);
});

test("SLSA provenance 1 gives the same", () => {
  const read = readAttestation({
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "b",
        externalParameters: { configSource: { uri: "u", path: "Dockerfile" } },
        resolvedDependencies: [{ uri: "pkg:docker/x", digest: { sha256: "cd" } }],
      },
      runDetails: { builder: { id: "i" }, metadata: { startedOn: "s", finishedOn: "f" } },
    },
  });
  assert.equal(read.title, "SLSA provenance 1.0");
  assert.deepEqual([read.builder, read.source, read.path, read.started], ["i", "u", "Dockerfile", "s"]);
  assert.deepEqual(read.materials, [{ uri: "pkg:docker/x", digest: "sha256:cd" }]);
});

test("documents of any other shape are other and never throw", () => {
  const hostile = [
    null, 1, "x", [], {}, { payload: "%%%" }, { payload: "bm90IGpzb24=" }, { spdxVersion: "SPDX-2.3", packages: {} },
    { spdxVersion: 3, packages: [null, 1, "x", { name: {}, externalRefs: 7 }], creationInfo: [] },
    { bomFormat: "CycloneDX", metadata: 1, components: [{ licenses: "x" }, null] },
    { predicateType: "https://slsa.dev/provenance/v1", predicate: { materials: "x", builder: null } },
    { predicateType: "https://example.com/custom", predicate: null },
  ];
  for (const document of hostile) assert.ok(readAttestation(document).form);
  assert.equal(readAttestation({ predicateType: "https://example.com/custom" }).title, "https://example.com/custom");
});
