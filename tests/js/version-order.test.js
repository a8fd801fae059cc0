import assert from "node:assert/strict";
import { test } from "node:test";
import { sortBy } from "../../site_templates/assets/js/lib/sort.js";
import { sortVersions } from "../../site_templates/assets/js/lib/version-order.js";
import { highestVersion } from "../../site_templates/assets/js/repositories/highest.js";

test("the highest version comes first, latest before all, a release before what hangs on it", () => {
  const expected = ["latest", "2.0.0-rc.10", "2.0.0-rc.2", "2.0.0-rc.1", "2.0.0-beta", "1.10.0", "1.9.3",
    "1.4.2", "1.4.2-rc.1", "1.4.1", "1.4.1-chart", "1.4.0", "1.4.0-windows-ltsc2022", "1.4", "1", "stable", "edge"];
  assert.deepEqual(sortVersions([...expected].sort()), expected);
});

test("a leading v counts for nothing but is told apart", () => {
  assert.deepEqual(sortVersions(["v1.2.0", "1.10.0", "v1.9.0", "1.2.0"]), ["1.10.0", "v1.9.0", "v1.2.0", "1.2.0"]);
});

test("numbers beyond what a float holds are compared as numbers", () => {
  assert.deepEqual(sortVersions(["9007199254740993", "9007199254740992", "20240101"]),
    ["9007199254740993", "9007199254740992", "20240101"]);
});

test("leading zeros do not make a number larger", () => {
  assert.deepEqual(sortVersions(["1.08", "1.9", "1.010"]), ["1.010", "1.9", "1.08"]);
});

test("commit hashes are words even when they begin with a digit", () => {
  assert.deepEqual(sortVersions(["9f86d081884c", "1.0.0", "0abc123def45"]).at(0), "1.0.0");
});

test("words with numbers sort by the number, newest first", () => {
  assert.deepEqual(sortVersions(["build-9", "build-10", "main"]), ["main", "build-10", "build-9"]);
});

test("no tags make no names", () => {
  assert.deepEqual(sortVersions([]), []);
});

test("every tag keeps its place whatever order it came in", () => {
  const tags = ["a", "A", "1", "v1", "01", "1.0", "latest", "1-a", "1_a", "1.a"];
  const once = sortVersions(tags);
  assert.deepEqual(sortVersions([...tags].reverse()), once);
  assert.equal(new Set(once).size, tags.length);
});

test("missing keys are last in both directions and equal keys keep their order", () => {
  const sizes = { "3.0": null, "2.0": 5, "1.0": 5, "0.1": 9 };
  const keyOf = (tag) => sizes[tag];
  assert.deepEqual(sortBy(Object.keys(sizes), keyOf, true), ["0.1", "2.0", "1.0", "3.0"]);
  assert.deepEqual(sortBy(Object.keys(sizes), keyOf, false), ["2.0", "1.0", "0.1", "3.0"]);
});

test("a hostile tag comes out as it went in", () => {
  const tags = ["\0x\u001b[31m1", "1.0\0", "<b>", "1#2", "2.0\n3.0"];
  assert.deepEqual(new Set(sortVersions(tags)), new Set(tags));
});

test("the highest version is a release where there is one", () => {
  for (const before of ["2.0.0-rc.10", "2.0.0-beta", "v2.0rc1", "2.0a1", "2.0.0-SNAPSHOT", "2.0-m3", "2.0-pre-1", "2.0.dev5"]) {
    assert.equal(highestVersion([before, "1.9.0", "latest"]), "1.9.0", before);
  }
  assert.equal(highestVersion(["2.0.0-rc.2", "2.0.0-rc.10"]), "2.0.0-rc.10");
  for (const release of ["2.0.0-alpine", "2.0-bookworm", "2.0.0-devel"]) {
    assert.equal(highestVersion([release, "1.9.0"]), release, release);
  }
});

test("a lone v and Latest in capitals are read as anybody reads them", () => {
  assert.equal(highestVersion(["Latest", "v1"]), "v1");
  assert.equal(highestVersion(["LATEST"]), undefined);
});

test("the highest version is neither latest nor a word", () => {
  assert.equal(highestVersion(["main", "1.9.0", "latest", "1.10.0", "nightly"]), "1.10.0");
  assert.equal(highestVersion(["latest", "main", "0abc123def45"]), undefined);
  assert.equal(highestVersion([]), undefined);
});
