/** The API's view of a manifest, and what names it as its subject, as far as pages need them. */
import { ask } from "../lib/ask.js";
import { isDate } from "../lib/shape.js";

const BLOB = { digest: "", media_type: "", "size_bytes?": 0 };
const texts = (value) => Object.values(value).every((text) => typeof text === "string");
const IMAGE = {
  "env?": [""], "exposed_ports?": [""], "volumes?": [""], "labels?": texts, history: [{ "created_by?": "", "comment?": "", "size_bytes?": 0 }],
};

const MANIFEST = {
  ...BLOB, "artifact_type?": "", kind: "", "created?": isDate, manifest_bytes: 0, "annotations?": texts,
  "subject?": { digest: "" }, platforms: [{
    platform: "", "os_version?": "", os_features: [""], digest: "", "size_bytes?": 0, "created?": isDate, attestations: [""],
  }],
  members: [{ ...BLOB, "artifact_type?": "", "annotations?": texts }],
  "image?": IMAGE, layers: [{ ...BLOB, "annotations?": texts }], unread: [{ code: "", message: "" }], raw: "",
};

const REFERRERS = { referrers: [{ ...BLOB, "artifact_type?": "" }], related_tags: [""] };

/** A manifest by the `tag` or `digest` of `at`. */
export const getView = (at, options) => ask(at, at.tag ? "manifest" : "", { ...options, shape: MANIFEST });

/** The referrers of the digest of `at`. */
export const getReferrers = (at, options) => ask(at, "referrers", { ...options, shape: REFERRERS });
