import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, link } from "../../site_templates/assets/js/lib/url.js";

const DEFAULTS = { q: "", sort: "version", order: "desc" };

test("state survives the way through the address", () => {
  const state = { q: "a&b=c #1/2", sort: "size", order: "desc" };
  assert.deepEqual(decode(encode(state, DEFAULTS), DEFAULTS), state);
});

test("defaults stay out of the address and foreign keys stay in it", () => {
  assert.equal(encode({ ...DEFAULTS }, DEFAULTS, "?registry=nas&q=old"), "?registry=nas");
  assert.equal(encode({ ...DEFAULTS }, DEFAULTS, "?q=old"), "");
});

test("unknown keys are no state", () => {
  assert.deepEqual(decode("?sort=size&__proto__=x&y=1", DEFAULTS), { ...DEFAULTS, sort: "size" });
});

test("a link keeps slashes and colons readable and leaves empty values out", () => {
  assert.equal(link("tags.html", { registry: "88.88.88.88:5000", repository: "team/project/app", tag: "" }),
    "tags.html?registry=88.88.88.88:5000&repository=team/project/app");
  assert.equal(link("manifest.html", { tag: "a+b&c" }), "manifest.html?tag=a%2Bb%26c");
});
