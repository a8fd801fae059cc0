import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, nearestNames } from "../../site_templates/assets/js/lib/nearest.js";

test("letters that must change are counted, as far as it matters", () => {
  assert.equal(distance("storefront", "storefront", 2), 0);
  assert.equal(distance("storefrnt", "storefront", 2), 1);
  assert.equal(distance("abc", "xyz", 2), 3);
  assert.equal(distance("a", "abcdef", 2), 3);
});

test("the nearest names are those spelt alike, or with the same last part", () => {
  const names = ["shop/storefront", "shop/payments", "base/storefront", "tools/runner"];
  assert.deepEqual(nearestNames(names, "shop/storefrnt"), ["shop/storefront"]);
  assert.deepEqual(nearestNames(names, "storefront"), ["base/storefront", "shop/storefront"]);
  assert.deepEqual(nearestNames(names, "nothing/like/it"), []);
});
