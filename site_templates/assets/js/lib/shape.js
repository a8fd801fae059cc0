/** Whether an answer is made as who asks for it expects; pure. */

/**
 * `shape` is an example: `""` for any text, `0` for any number, `[""]` for a list of texts,
 * `{name: "", "size?": 0}` for an object, where `?` marks what may be null or missing; a function decides
 * itself. What an answer has besides does not matter. `grammar` has, by field, a test for the texts in it.
 */
export const fits = (value, shape, grammar = {}, isRight = () => true) => {
  if (typeof shape === "function") return shape(value);
  if (Array.isArray(shape)) return Array.isArray(value) && value.every((each) => fits(each, shape[0], grammar, isRight));
  // What JSON writes as 1e999 is no number to reckon with.
  if (typeof shape !== "object") return typeof value === typeof shape && Math.abs(value) !== Infinity && isRight(value);
  return !!value && typeof value === "object" && Object.entries(shape).every(([key, part]) => {
    const name = key.replace("?", "");
    return (value[name] == null && name !== key) || fits(value[name], part, grammar, grammar[name]);
  });
};

/** For `shape`: a date as ISO 8601 writes it. */
export const isDate = (value) => typeof value === "string" && !Number.isNaN(Date.parse(value));
