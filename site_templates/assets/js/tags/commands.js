/** What is copied of tags: one line each, every line once. */
import { CLIENTS } from "./clients.js";

/** What `format` writes for these tags. */
export const textFor = (model, format, tags) => [...new Set(tags.map((tag) =>
  CLIENTS[format](model.registry, model.where.repository, tag, model.digestOf(tag))))].join("\n");

/** The format of a pull command: charts are for helm. */
export const pullFormat = (model, tags) =>
  (tags.every((tag) => model.summaries.known.get(tag)?.kind === "chart") ? "helm" : "docker");
