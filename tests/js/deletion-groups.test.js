import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, listMoved } from "../../site_templates/assets/js/deletion/groups.js";

const group = (digest, plan = {}) => ({ digest, plan: { parents: [], referrers: [], ...plan } });
const digestsOf = (groups) => inOrder(groups).map(({ digest }) => digest);

test("images that have nothing to do with each other keep their order", () => {
  assert.deepEqual(digestsOf([group("b"), group("a"), group("c")]), ["b", "a", "c"]);
});

test("a platform goes before its indexes, and an image before its referrers", () => {
  const groups = [
    group("sbom"), group("outer"), group("inner", { parents: ["outer"] }),
    group("child", { parents: ["inner", "outer", "not chosen"], referrers: ["sbom"] }),
  ];
  const order = digestsOf(groups);
  for (const [before, after] of [["child", "inner"], ["inner", "outer"], ["child", "sbom"]]) {
    assert.ok(order.indexOf(before) < order.indexOf(after), `${before} before ${after} in ${order}`);
  }
  assert.equal(order.length, groups.length);
});

test("manifests that refer to each other are all there once", () => {
  assert.deepEqual(digestsOf([group("a", { referrers: ["b"] }), group("b", { parents: ["a"] })]).toSorted(), ["a", "b"]);
});

test("a tag has moved if a whole plan does not find it", () => {
  const plan = { tags: ["latest"], complete: true };
  assert.deepEqual(listMoved({ tags: ["latest", "1.0"], plan }), ["1.0"]);
  assert.deepEqual(listMoved({ tags: ["latest", "1.0"], plan: { ...plan, complete: false } }), []);
});
