import assert from "node:assert/strict";
import { test } from "node:test";

import { fits, isDate } from "../../site_templates/assets/js/lib/shape.js";

const SHAPE = { name: "", tags: [""], "size?": 0, "created?": isDate, inside: [{ ok: true }] };
const RIGHT = { name: "a", tags: [], size: null, inside: [{ ok: false, more: 1 }] };

test("an answer fits that has what is asked for, whatever it has besides", () => {
  assert.ok(fits(RIGHT, SHAPE));
  assert.ok(fits({ ...RIGHT, tags: ["x"], size: 5, created: "2026-01-02T03:04:05Z", extra: {} }, SHAPE));
});

test("an answer with one thing of another kind does not fit", () => {
  const wrong = [
    null, undefined, "", 5, [], [RIGHT], {}, { ...RIGHT, name: null }, { ...RIGHT, name: 5 }, { ...RIGHT, tags: "x" },
    { ...RIGHT, tags: [null] }, { ...RIGHT, tags: { length: 0 } }, { ...RIGHT, size: "5" }, { ...RIGHT, created: "once" },
    { ...RIGHT, created: 5 }, { ...RIGHT, inside: [null] }, { ...RIGHT, inside: [{ ok: "true" }] }, { ...RIGHT, inside: [[]] },
  ];
  for (const each of wrong) assert.equal(fits(each, SHAPE), false, JSON.stringify(each));
});

test("a grammar tests the texts of its fields, wherever the shape has them", () => {
  const grammar = { name: (text) => /^[a-z]+$/.test(text), tags: (text) => text !== "../x" };
  const shape = { name: "", tags: [""], inside: [{ "name?": "", text: "" }] };
  const right = { name: "a", tags: ["x"], inside: [{ name: "b", text: "../x" }, { text: "1" }] };
  assert.ok(fits(right, shape, grammar));
  for (const wrong of [{ name: "1" }, { tags: ["x", "../x"] }, { inside: [{ name: "1", text: "" }] }]) {
    assert.equal(fits({ ...right, ...wrong }, shape, grammar), false, JSON.stringify(wrong));
    assert.ok(fits({ ...right, ...wrong }, shape));
  }
});
