import assert from "node:assert/strict";
import { test } from "node:test";
import { createFormats, cutMiddle, findMatches, shortDigest, shortPlatform, splitName } from "../../site_templates/assets/js/lib/format.js";

const en = createFormats("en");
const ru = createFormats("ru");
const NOW = Date.parse("2024-03-20T14:10:00Z");

test("sizes are binary, with about three figures", () => {
  const cases = [[0, "0 B"], [512, "512 B"], [999, "999 B"], [1000, "0.98 KiB"], [1536, "1.50 KiB"],
    [10239, "10.0 KiB"], [50541363, "48.2 MiB"], [1.13 * 1024 ** 3, "1.13 GiB"], [5 * 1024 ** 5, "5,120.0 TiB"]];
  for (const [bytes, text] of cases) assert.equal(en.size(bytes), text);
});

test("Russian sizes have Russian units and commas", () => {
  assert.equal(ru.size(50541363), "48,2 МиБ");
  assert.equal(ru.size(12), "12 Б");
});

test("ages below a week are relative and then dates", () => {
  const cases = [["2024-03-20T14:09:58Z", "2 s ago"], ["2024-03-20T14:05:00Z", "5 min ago"],
    ["2024-03-20T11:04:12Z", "3 h ago"], ["2024-03-18T10:02:09Z", "2 d ago"],
    ["2024-03-12T17:58:44Z", "12 Mar 2024"]];
  for (const [iso, text] of cases) assert.equal(en.age(iso, NOW), text);
  assert.equal(ru.age("2024-03-20T11:04:12Z", NOW), "3 ч назад");
  assert.equal(ru.age("2024-03-20T13:27:00Z", NOW), "43 мин назад");
  assert.equal(ru.age("2024-02-12T11:04:12Z", NOW), "12 фев 2024");
});

test("a time ahead of the clock counts as now", () => {
  assert.equal(en.age("2024-03-21T11:04:12Z", NOW), "0 s ago");
});

test("Russian months have three letters all year", () => {
  for (let month = 1; month <= 12; month++) {
    assert.match(ru.date(`2024-${String(month).padStart(2, "0")}-05T00:00:00Z`), /^5 [а-я]{3} 2024$/);
  }
});

test("a time is the reader's, whatever the zone", () => {
  process.env.TZ = "Asia/Tokyo";
  const there = createFormats("en");
  assert.equal(there.local("2024-03-20T22:04:12Z"), "21 March 2024, 07:04");
  assert.equal(there.date("2024-03-20T22:04:12Z"), "21 Mar 2024");
  assert.equal(there.exact("2024-03-20T22:04:12Z"), "20 March 2024, 22:04 UTC");
  process.env.TZ = "UTC";
});

test("the exact time is in UTC and in words", () => {
  assert.equal(en.exact("2024-03-20T11:04:12Z"), "20 March 2024, 11:04 UTC");
  assert.equal(ru.exact("2024-03-20T00:04:12Z"), "20 марта 2024, 00:04 UTC");
});

test("a digest is shown as 12 hex digits", () => {
  assert.equal(shortDigest(`sha256:9f86d081884c${"0".repeat(52)}`), "9f86d081884c");
});

test("long names are cut before their last 16 characters and short ones stay whole", () => {
  assert.deepEqual(cutMiddle("1.4.2"), ["1.4.2", ""]);
  const name = `1.3.5-feature-${"x".repeat(80)}-g3f9c2ab1d-amd64`;
  const [head, tail] = cutMiddle(name);
  assert.equal(head + tail, name);
  assert.equal(tail, "g3f9c2ab1d-amd64");
});

test("a repository splits into its namespace and its last part", () => {
  assert.deepEqual(splitName("team/project/app"), ["team/project/", "app"]);
  assert.deepEqual(splitName("nginx"), ["", "nginx"]);
});

test("matches ignore case and keep the text whole", () => {
  assert.deepEqual(findMatches("Alpha-alp", "alp"), [["Alp", true], ["ha-", false], ["alp", true]]);
  assert.deepEqual(findMatches("1.4.2", ""), [["1.4.2", false]]);
  assert.deepEqual(findMatches("1.4.2", "9"), [["1.4.2", false]]);
});

test("linux is implied in a platform's name", () => {
  assert.equal(shortPlatform("linux/arm/v7"), "arm/v7");
  assert.equal(shortPlatform("linux/arm64/v8"), "arm64");
  assert.equal(shortPlatform("windows/amd64"), "windows/amd64");
});
