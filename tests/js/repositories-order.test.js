/** Namespaces, selection and the tree of repositories. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { growTree, namespacesOf, selectNames } from "../../site_templates/assets/js/repositories/order.js";

const NAMES = ["alone", "team-x/app", "team/app", "team/app/worker", "team/ml/models"];
const open = () => true;
const lines = (rows) => rows.map(({ name, depth, count }) => `${"  ".repeat(depth)}${name}${count ? ` ${count}` : ""}`);

test("namespaces are the first parts of names that have several", () => {
  assert.deepEqual(namespacesOf(NAMES), ["team", "team-x"]);
});

test("a namespace holds what is below it and not what only begins like it", () => {
  assert.deepEqual(selectNames(NAMES, { namespace: "team", q: "" }), ["team/app", "team/app/worker", "team/ml/models"]);
});

test("the filter looks anywhere in the name, whatever the case", () => {
  assert.deepEqual(selectNames(NAMES, { namespace: "", q: "APP" }), ["team-x/app", "team/app", "team/app/worker"]);
});

test("a tree has a row for each namespace with the number of names in it", () => {
  assert.deepEqual(lines(growTree(NAMES, open)), [
    "alone",
    "team-x/ 1", "  team-x/app",
    "team/ 3", "  team/app",
    "  team/app/ 1", "    team/app/worker",
    "  team/ml/ 1", "    team/ml/models",
  ]);
});

test("a closed namespace keeps its row and its number", () => {
  const rows = growTree(NAMES, (name) => name !== "team/");
  assert.deepEqual(lines(rows), ["alone", "team-x/ 1", "  team-x/app", "team/ 3"]);
  assert.deepEqual(rows.map(({ isOpen }) => isOpen), [undefined, true, undefined, false]);
});

test("names that go down give a tree that goes down", () => {
  assert.deepEqual(lines(growTree(NAMES.toReversed(), open)).slice(0, 3), ["team/ 3", "  team/ml/ 1", "    team/ml/models"]);
});

test("ten thousand names make a tree of as many rows and their namespaces", () => {
  const names = Array.from({ length: 10_000 }, (_, n) => `a/${n % 100}/r${n}`).sort();
  assert.equal(growTree(names, open).length, 10_000 + 100 + 1);
});
