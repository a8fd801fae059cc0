/** The tables of the manifest page: layers and history. */
import { formats, make, stamp, t } from "../lib/dom.js";
import { parseStep } from "./history.js";
import { offerRest, plain } from "./excerpt.js";
import { digestButton } from "./facts.js";

// The patterns of history.js would take long over more.
const MOST_OF_STEP = 4000;
const MOST_LINES = 50;

/** `tar, gzip` of a layer's media type; the whole type where it is none of the known ones. */
const layerType = (mediaType) => {
  if (!/(layer|rootfs)/.test(mediaType)) return mediaType.replace(/^application\/(vnd\.)?/, "");
  const packed = /[+.](gzip|zstd)$/.exec(mediaType)?.[1];
  return ["tar", packed, /foreign|nondistributable/.test(mediaType) && t("manifest.foreign")].filter(Boolean).join(", ");
};

const share = (part, whole) => (part / whole < 0.01 ? t("manifest.share_least") : t("manifest.share", { n: Math.round((100 * part) / whole) }));

/** The step that made each layer, in the layers' order: an image may hold a layer twice. */
const stepsOf = (layers, history) => {
  const steps = history.filter((step) => step.layer);
  return steps.length === layers.length ? steps : [];
};

/** Answers what draws a layer's row: its share of the largest as a bar, and what made it. */
export const layerRow = (layers, history) => {
  const total = layers.reduce((sum, layer) => sum + layer.size_bytes, 0) || 1;
  const largest = layers.reduce((most, layer) => Math.max(most, layer.size_bytes), 1);
  const made = stepsOf(layers, history);
  return (layer, at) => {
    const { root, n, digest, type, bar, percent, share: cell, command, size } = stamp("layer-row");
    n.textContent = formats.number(at + 1);
    digest.append(digestButton(layer.digest));
    type.textContent = plain(layerType(layer.media_type));
    type.title = plain(layer.media_type);
    bar.setAttribute("width", `${Math.max(0.4, (100 * layer.size_bytes) / largest).toFixed(1)}%`);
    percent.textContent = cell.title = share(layer.size_bytes, total);
    const step = made[at] && parseStep((made[at].created_by ?? "").slice(0, MOST_OF_STEP));
    if (step) command.textContent = command.title = plain(`${step.word} ${step.lines.join(" ")}`);
    size.textContent = formats.size(layer.size_bytes);
    return root;
  };
};

/** The lines of a step; what is beyond the most stands in the last of them. */
const takeLines = (lines) => (lines.length <= MOST_LINES ? lines
  : [...lines.slice(0, MOST_LINES - 1), lines.slice(MOST_LINES - 1).join(" ")]);

const stepLine = (line, word) => make("span", {}, ...(word ? [make("b", {}, word), " "] : []), plain(line, MOST_OF_STEP));

/** Answers what draws the steps of the history in their order, oldest first, written as in a Dockerfile. */
export const historyRow = () => {
  let layers = 0;
  return (step, at) => {
    const { root, n, step: code, layer, size } = stamp("history-row");
    const text = step.created_by || step.comment || "";
    const { word, lines } = parseStep(text.slice(0, MOST_OF_STEP));
    n.textContent = formats.number(at + 1);
    code.append(...takeLines(lines).map((line, row) => stepLine(line, row ? "" : word)));
    if (text.length > MOST_OF_STEP) offerRest(code.lastChild, text, MOST_OF_STEP);
    root.classList.toggle("empty", step.empty_layer);
    if (!step.empty_layer) {
      layer.textContent = formats.number(++layers);
      size.textContent = step.size_bytes == null ? "" : formats.size(step.size_bytes);
    }
    return root;
  };
};
