// Reads a history entry's created_by as the Dockerfile instruction that it came from. No DOM.

const INSTRUCTION =
  /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s+/;
// The classic builder wrote "#(nop)" before what ran no command.
const NOP = /^(?:\/bin\/sh -c|cmd \/S \/C)\s+#\(nop\)\s+/;
const BUILD_ARGS = /^\|\d+ .*?(?=\/bin\/|cmd \/S|powershell )/s;
const SHELL = /^(?:\/bin\/(?:ba|da)?sh -(?:\w*)c|cmd \/S \/C|powershell -Command)\s+/;

/**
 * Return {word, lines}: the instruction ("" where it can't be told) and its text, broken before &&
 * as people write it.
 */
export function parseStep(createdBy) {
  let text = createdBy.replace(/\s*# buildkit\s*$/, "").trim().replace(NOP, "");
  let word = INSTRUCTION.exec(text)?.[1] ?? "";
  text = text.replace(INSTRUCTION, "");
  if (!word || word === "RUN") {
    const command = text.replace(BUILD_ARGS, "");
    const bare = command.replace(SHELL, "");
    if (bare !== command) word = "RUN";
    if (word) text = bare;
  }
  // BuildKit writes Go's map of ports.
  if (word === "EXPOSE") text = text.replace(/^map\[|:\{\}|\]$/g, "");
  return { word, lines: word === "RUN" ? breakLines(text) : [text.replace(/\s+/g, " ")] };
}

const breakLines = (text) =>
  text
    .split(/\n|\s+(?=&& )/)
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter(Boolean);
