import assert from "node:assert/strict";
import { test } from "node:test";
import { takeBatch, walkPages } from "../../site_templates/assets/js/lib/url.js";

const collect = async (pages, get) => {
  const seen = [];
  for await (const page of walkPages(get ?? (async (url) => pages[url]), "/1")) seen.push(page.tags);
  return seen;
};

test("next is followed as it is until there is none", async () => {
  assert.deepEqual(await collect({ "/1": { tags: "a", next: "/2?x=%2F" }, "/2?x=%2F": { tags: "b", next: null } }), ["a", "b"]);
});

test("a next that leads back ends the walk", async () => {
  assert.deepEqual(await collect({ "/1": { tags: "a", next: "/2" }, "/2": { tags: "b", next: "/1" } }), ["a", "b"]);
});

test("the next page is asked for while the one before is looked at, and no page ahead of it", async () => {
  const asked = [];
  const walk = walkPages(async (url) => { asked.push(url); return { next: `/${asked.length + 1}` }; }, "/1");
  await walk.next();
  assert.deepEqual(asked, ["/1"], "the first is shown before more is asked for");
  await walk.next();
  assert.deepEqual(asked, ["/1", "/2", "/3"]);
});

test("a failure leaves the pages before it with the caller", async () => {
  const got = [];
  const get = async (url) => { if (url === "/2") throw new Error("late"); return { next: "/2" }; };
  await assert.rejects(async () => { for await (const page of walkPages(get, "/1")) got.push(page); }, /late/);
  assert.equal(got.length, 1);
});

test("a batch holds at most 100 values", () => {
  assert.equal(takeBatch(Array.from({ length: 250 }, (_, n) => `t${n}`)).length, 100);
});

test("a batch of long names fits its room when encoded", () => {
  const batch = takeBatch(Array.from({ length: 100 }, () => "x".repeat(128)));
  assert.ok(batch.length > 20 && batch.map((tag) => `tag=${tag}&`).join("").length <= 3500);
});
