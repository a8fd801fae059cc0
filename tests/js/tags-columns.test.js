import assert from "node:assert/strict";
import { test } from "node:test";
import { needsSummaries, nextOrder, orderTags } from "../../site_templates/assets/js/tags/columns.js";

const press = (state, column, times) => {
  for (let n = 0; n < times; n++) state = nextOrder(state, column);
  return `${state.sort} ${state.order}`;
};

test("the tag column goes by version, then by name, each both ways, and round again", () => {
  const start = { sort: "version", order: "desc" };
  assert.deepEqual([1, 2, 3, 4].map((times) => press(start, "version", times)),
    ["version asc", "name asc", "name desc", "version desc"]);
});

test("another column begins in its natural order and turns round", () => {
  const start = { sort: "version", order: "desc" };
  assert.deepEqual([1, 2, 3].map((times) => press(start, "size", times)), ["size desc", "size asc", "size desc"]);
  assert.deepEqual([1, 2].map((times) => press(start, "digest", times)), ["digest asc", "digest desc"]);
});

test("only versions and names are known without asking", () => {
  assert.deepEqual(["version", "name", "size", "built", "platforms", "digest", "kind"].map(needsSummaries),
    [false, false, true, true, true, true, true]);
});

test("what is not known stands last both ways, in version order", () => {
  const known = new Map([["3", { digest: "d", created: "2024-01-01" }], ["2", { digest: "e", created: "2025-01-01" }],
    ["1", { error: {} }]]);
  const tags = ["4", "3", "2", "1"];
  assert.deepEqual(orderTags(tags, { sort: "built", order: "desc" }, known), ["2", "3", "4", "1"]);
  assert.deepEqual(orderTags(tags, { sort: "built", order: "asc" }, known), ["3", "2", "4", "1"]);
});

test("an order that nobody knows leaves the tags as they are", () => {
  assert.deepEqual(orderTags(["b", "a"], { sort: "nonsense", order: "asc" }, new Map()), ["b", "a"]);
});
