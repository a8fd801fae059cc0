"""The referrers API of the in-memory registry (distribution spec, "Listing Referrers")."""

from typing import Any

from reglite import media_types
from reglite.demo.documents import list_descriptors, parse_document
from reglite.demo.exchange import Answer, Request, answer_json
from reglite.demo.store import StoredManifest, StoredRepository
from reglite.demo.switches import Switches
from reglite.reference import Digest


def list_referrers(
    request: Request, digest: Digest, held: StoredRepository | None, switches: Switches
) -> Answer:
    """Answer ``GET /v2/<name>/referrers/<digest>``: an unknown subject has an empty list."""
    if switches.referrers_redirect is not None:
        return Answer(303, {"Location": switches.referrers_redirect})
    manifests = {} if held is None else held.manifests
    found = [
        _describe(key, manifest, document)
        for key, manifest in manifests.items()
        for document in (parse_document(manifest.raw) or {},)
        if any(subject["digest"] == digest for subject in list_descriptors(document, "subject"))
    ]
    headers = {}
    wanted = request.get_query("artifactType")
    if wanted is not None and switches.applies_referrers_filter:
        found = [entry for entry in found if entry.get("artifactType") == wanted]
        headers["OCI-Filters-Applied"] = "artifactType"
    index = {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": found}
    answer = answer_json(index, headers=headers)
    answer.headers["Content-Type"] = media_types.OCI_INDEX
    return answer


def _describe(digest: Digest, manifest: StoredManifest, document: dict[str, Any]) -> dict[str, Any]:
    entry = {"mediaType": manifest.media_type, "digest": digest, "size": len(manifest.raw)}
    artifact_type = document.get("artifactType")
    for config in list_descriptors(document, "config"):
        artifact_type = artifact_type or config.get("mediaType")
    if artifact_type:
        entry["artifactType"] = artifact_type
    if document.get("annotations"):
        entry["annotations"] = document["annotations"]
    return entry
