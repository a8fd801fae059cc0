import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFilter } from "../../site_templates/assets/js/lib/filter.js";

const NAMES = ["latest", "pr-1", "pr-12", "v1.0", "v2.0-rc.1", "V3"];
const choose = (q) => NAMES.filter(parseFilter(q).hasName).join(" ");

test("texts, globs of the whole name, and what is excluded must all hold", () => {
  assert.equal(choose("1"), "pr-1 pr-12 v1.0 v2.0-rc.1");
  assert.equal(choose("pr-*"), "pr-1 pr-12");
  assert.equal(choose("pr-?"), "pr-1");
  assert.equal(choose("!v*"), "latest pr-1 pr-12");
  assert.equal(choose("!v* !pr-1"), "latest");
  assert.equal(choose("v* 0"), "v1.0 v2.0-rc.1");
  assert.equal(choose("v3"), "V3");
  assert.equal(choose("!"), "");
  assert.equal(choose("(*"), "");
  assert.equal(choose(""), NAMES.join(" "));
});

test("what is marked in names is the first text that must be in them", () => {
  assert.equal(parseFilter("!a pr-* Rc").mark, "rc");
  assert.equal(parseFilter("pr-*").mark, "");
});

test("ages are of dates; what has none is neither older nor newer", () => {
  const now = Date.parse("2026-03-01T00:00:00Z");
  const { hasAges, hasAge, hasName } = parseFilter("v older:2w newer:90d", true);
  assert.equal(hasAges, true);
  assert.equal(hasName("v1"), true);
  assert.equal(hasAge("2026-02-20T00:00:00Z", now), false);
  assert.equal(hasAge("2026-02-01T00:00:00Z", now), true);
  assert.equal(hasAge("2025-02-01T00:00:00Z", now), false);
  assert.equal(hasAge(null, now), false);
  assert.equal(parseFilter("newer:12h", true).hasAge("2026-02-28T13:00:00Z", now), true);
});

test("an age is a text like any other where nothing is dated", () => {
  const { hasAges, hasName } = parseFilter("older:90d");
  assert.equal(hasAges, false);
  assert.equal(hasName("latest"), false);
  assert.equal(hasName("older:90d"), true);
});
