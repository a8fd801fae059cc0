/** What the pages need of the answers about a manifest; see lib/shape.js. */
import { isDate } from "../lib/shape.js";

const BLOB = { digest: "", media_type: "", "size_bytes?": 0 };
const texts = (value) => Object.values(value).every((text) => typeof text === "string");
const IMAGE = {
  "env?": [""], "exposed_ports?": [""], "volumes?": [""], "labels?": texts, history: [{ "created_by?": "", "comment?": "", "size_bytes?": 0 }],
};

/** A manifest. */
export const MANIFEST = {
  ...BLOB, "artifact_type?": "", kind: "", "created?": isDate, manifest_bytes: 0, "annotations?": texts,
  "subject?": { digest: "" }, platforms: [{ platform: "", digest: "", "size_bytes?": 0, "created?": isDate, attestations: [""] }],
  "image?": IMAGE, layers: [{ ...BLOB, "annotations?": texts }], raw: "",
};

/** The referrers of a manifest. */
export const REFERRERS = { referrers: [{ ...BLOB, "artifact_type?": "" }], related_tags: [""] };
