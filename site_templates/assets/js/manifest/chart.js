/** A Helm chart's own metadata, out of its config blob. */
import { ask } from "../lib/ask.js";
import { t } from "../lib/dom.js";
import { bullets, excerpt } from "./excerpt.js";
import { linked, pair } from "./facts.js";
import { parse } from "./attestation.js";

const joined = (...parts) => parts.filter((part) => typeof part === "string" && part);

const FIELDS = [
  ["chart.name", "name", excerpt],
  ["chart.version", "version", excerpt],
  ["chart.app_version", "appVersion", excerpt],
  ["chart.description", "description", excerpt],
  ["chart.home", "home", linked],
  ["chart.kube_version", "kubeVersion", excerpt],
  ["chart.sources", "sources", (v) => bullets(v, linked)],
  ["chart.maintainers", "maintainers", (v) => bullets(v, (m) => excerpt(joined(m?.name, m?.email).join(", ")))],
  ["chart.dependencies", "dependencies", (v) => bullets(v, (d) => excerpt(joined(d?.name, d?.version, d?.repository).join(" ")))],
];
const LISTS = ["sources", "maintainers", "dependencies"];

const isStated = (value, field) => (LISTS.includes(field) ? Array.isArray(value) && value.length > 0 : typeof value === "string" && value !== "");

/** The pairs of a chart; what it does not state is left out. */
export const chartPairs = async (where, view, signal) => {
  const blob = parse(view.raw)?.config?.digest;
  const chart = parse(await ask({ ...where, blob }, "", { signal }));
  return FIELDS.filter(([, field]) => isStated(chart?.[field], field))
    .map(([key, field, show]) => pair(t(key), show(chart[field]), "code"));
};
