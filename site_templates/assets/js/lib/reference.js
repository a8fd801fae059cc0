/**
 * The grammar of names, the server's in JavaScript: `reglite/reference.py`, a registry's name in the
 * inventory, and the host of its pulls. `early.js` holds what it needs again; a test compares. Pure.
 */

// What JSON holds may be anything, and a RegExp takes null for a name.
const createTest = (pattern) => (name) => typeof name === "string" && pattern.test(name);

export const isRegistry = createTest(/^(?!.{256})[._:-]*[A-Za-z0-9][\w.:-]*$/);
export const isRepository = createTest(/^(?!.{256})[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*$/);
export const isTag = createTest(/^\w[\w.-]{0,127}$/);
export const isDigest = createTest(/^sha(?:256:[a-f0-9]{64}|512:[a-f0-9]{128})$/);
/** As in a pull command: nothing in it means anything to a shell but an IPv6 address's brackets. */
export const isHost = createTest(/^[\w[][\w.:[\]/~-]*$/);
