/** Globs of the inventory's `protect`: `*`, `?`, `[a-z]`, `[!a]`; letter case counts. Pure. */

const translate = (token) => {
  if (token === "*") return ".*";
  if (token === "?") return ".";
  if (token.length > 1) return token.replace("[!", "[^").replaceAll("\\", "\\\\");
  return token.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
};

/** The expression of a glob, which covers the whole name. */
export const compileGlob = (glob) => {
  const tokens = glob.match(/\[!?[^\]]+\]|[^]/g) ?? [];
  return new RegExp(`^${tokens.map(translate).join("")}$`);
};

/** The first of `globs` that covers the whole name, or undefined. */
export const findGlob = (globs, name) => globs.find((glob) => compileGlob(glob).test(name));
