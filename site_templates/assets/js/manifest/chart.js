/** A Helm chart's own metadata, out of its config blob. */
import { ask } from "../lib/ask.js";
import { t } from "../lib/dom.js";
import { bullets, linked, pair, plain } from "./facts.js";

const strings = (value, show) => (Array.isArray(value) && value.length ? bullets(value.map(show)) : "");

const FIELDS = [
  ["chart.name", "name", plain],
  ["chart.version", "version", plain],
  ["chart.app_version", "appVersion", plain],
  ["chart.description", "description", plain],
  ["chart.home", "home", linked],
  ["chart.kube_version", "kubeVersion", plain],
  ["chart.sources", "sources", (v) => strings(v, linked)],
  ["chart.maintainers", "maintainers", (v) => strings(v, (m) => plain([m?.name, m?.email].filter(Boolean).join(", ")))],
  ["chart.dependencies", "dependencies", (v) => strings(v, (d) => plain([d?.name, d?.version, d?.repository].filter(Boolean).join(" ")))],
];

/** The pairs of a chart; what it does not state is left out. */
export const chartPairs = async (where, view, signal) => {
  const blob = JSON.parse(view.raw).config?.digest;
  const chart = await ask({ ...where, blob }, "", { signal });
  return FIELDS.filter(([, field]) => chart?.[field] != null && chart[field] !== "")
    .map(([key, field, show]) => pair(t(key), show(chart[field]), "code"));
};
