// Reads attestations: SPDX and CycloneDX package lists, SLSA provenance. No DOM, any shape survives.

const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});
const list = (value) => (Array.isArray(value) ? value.map(object) : []);
const text = (value) => (typeof value === "string" ? value : "");
const stated = (value) => (/^(NOASSERTION|NONE)?$/.test(text(value)) ? "" : text(value));
const purlType = (purl) => text(purl).match("^pkg:([^/]+)/")?.[1] ?? "";

/** What a JSON text says; undefined for any other text, and for one that is too deep to be read. */
export const parse = (source) => {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
};

/**
 * Return {form, title, ...} of a parsed JSON document; form is "packages", "provenance" or "other".
 * An in-toto statement and a DSSE envelope around it (cosign's .att) are opened first.
 */
export function readAttestation(document) {
  const statement = openEnvelope(object(document));
  const predicate = statement.predicateType
    ? object(object(statement.predicate).Data ?? statement.predicate)
    : statement;
  if (predicate.spdxVersion) return readSpdx(predicate);
  if (predicate.bomFormat === "CycloneDX") return readCycloneDx(predicate);
  if (/^https:\/\/slsa\.dev\/provenance\//.test(text(statement.predicateType)))
    return readProvenance(predicate, text(statement.predicateType));
  return { form: "other", title: text(statement.predicateType) };
}

function openEnvelope(document) {
  if (typeof document.payload !== "string") return document;
  try {
    const bytes = Uint8Array.from(atob(document.payload), (c) => c.charCodeAt(0));
    return object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return document; // not an envelope after all
  }
}

function readSpdx(spdx) {
  const info = object(spdx.creationInfo);
  const creators = Array.isArray(info.creators) ? info.creators.map(text) : [];
  return {
    form: "packages",
    title: text(spdx.spdxVersion).replace("SPDX-", "SPDX "),
    tool: creators.find((c) => c.startsWith("Tool: "))?.slice(6) ?? "",
    created: text(info.created),
    packages: list(spdx.packages).map((p) => ({
      name: text(p.name),
      version: text(p.versionInfo),
      licence: stated(p.licenseConcluded) || stated(p.licenseDeclared),
      type: list(p.externalRefs).map((r) => purlType(r.referenceLocator)).find(Boolean) ?? "",
    })),
  };
}

function readCycloneDx(bom) {
  const metadata = object(bom.metadata);
  const tool = list(metadata.tools)[0] ?? list(object(metadata.tools).components)[0] ?? {};
  return {
    form: "packages",
    title: `CycloneDX ${text(bom.specVersion)}`.trim(),
    tool: [tool.name, tool.version].map(text).filter(Boolean).join(" "),
    created: text(metadata.timestamp),
    packages: list(bom.components).map((c) => ({
      name: [text(c.group), text(c.name)].filter(Boolean).join("/"),
      version: text(c.version),
      licence: list(c.licenses)
        .map((l) => text(l.expression) || text(object(l.license).id) || text(object(l.license).name))
        .filter(Boolean)
        .join(", "),
      type: purlType(c.purl) || text(c.type),
    })),
  };
}

const materials = (entries) =>
  list(entries).map((m) => ({
    uri: text(m.uri) || text(m.name),
    digest: Object.entries(object(m.digest)).map(([name, hex]) => `${name}:${text(hex)}`)[0] ?? "",
  }));

function readProvenance(predicate, type) {
  const definition = object(predicate.buildDefinition);
  const run = object(predicate.runDetails);
  const invocation = object(predicate.invocation);
  const source = object(
    invocation.configSource ?? object(definition.externalParameters).configSource,
  );
  const times = object(run.metadata ?? predicate.metadata);
  return {
    form: "provenance",
    title: `SLSA provenance ${type.split("/").pop().replace(/^v1$/, "1.0").replace(/^v/, "")}`,
    builder: text(object(run.builder ?? predicate.builder).id),
    buildType: text(definition.buildType) || text(predicate.buildType),
    source: text(source.uri),
    path: text(source.entryPoint) || text(source.path),
    started: text(times.startedOn) || text(times.buildStartedOn),
    finished: text(times.finishedOn) || text(times.buildFinishedOn),
    materials: materials(definition.resolvedDependencies ?? predicate.materials),
  };
}
