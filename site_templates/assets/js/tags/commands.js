/** What is copied of tags: one line each, every line once. */
import { formatOf } from "../lib/pull.js";
import { CLIENTS } from "./clients.js";

/** What `format` writes for these tags. */
export const textFor = (model, format, tags) => [...new Set(tags.map((tag) =>
  CLIENTS[format](model.registry, model.where.repository, tag, model.digestOf(tag))))].join("\n");

/** The format of the pull command of these tags; docker's where they are of several kinds. */
export const pullFormat = (model, tags) => {
  const formats = new Set(tags.map((tag) => formatOf(model.summaries.known.get(tag))));
  return formats.size === 1 ? [...formats][0] : "docker";
};
