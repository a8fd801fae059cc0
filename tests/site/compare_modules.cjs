// Reads [[path, source, delivered], …] as JSON and prints what is not the same program.
// Node's own parser tells: run with --expose-internals.
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");

const POSITIONS = new Set(["start", "end", "raw"]);
const treeOf = (text, path) => {
  const sourceType = path.endsWith("early.js") ? "script" : "module";
  const tree = parse(text, { ecmaVersion: "latest", sourceType });
  return JSON.stringify(tree, (key, value) => {
    if (POSITIONS.has(key)) return undefined;
    return typeof value === "bigint" ? `${value}n` : value;
  });
};

const differs = ([path, source, delivered]) => {
  try {
    return treeOf(source, path) !== treeOf(delivered, path) && `${path}: another program`;
  } catch (error) {
    return `${path}: ${error.message}`;
  }
};

const pairs = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(pairs.map(differs).filter(Boolean)));
