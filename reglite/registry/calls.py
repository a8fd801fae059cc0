"""The calls of the distribution spec, one function per operation. Pure.

Names come checked: what is no Repository, Tag or Digest could lead elsewhere as part of a path.
"""

from reglite import media_types
from reglite.reference import Digest, Reference, Repository, Tag, is_digest
from reglite.registry import limits
from reglite.registry.call import CATALOG_SCOPE, Call, Operation, repository_scope

_JSON = (("Accept", "application/json"),)
_MANIFESTS = (("Accept", media_types.ACCEPT_MANIFESTS),)
_INDEX = (("Accept", media_types.OCI_INDEX),)
_ANYTHING = (("Accept", "*/*"),)


def ping() -> Call:
    """Ask whether this is a registry (spec, end-1)."""
    return Call(Operation.PING, "GET", "/v2/", headers=_JSON)


def list_repositories(query: str) -> Call:
    """Ask for a page of the catalog (Docker's extension of the spec)."""
    return Call(
        Operation.CATALOG,
        "GET",
        "/v2/_catalog",
        CATALOG_SCOPE,
        "catalog",
        query,
        _JSON,
        max_bytes=limits.LIST_BYTES,
        encoding="gzip",
    )


def list_tags(repository: Repository, query: str) -> Call:
    """Ask for a page of tags (end-8)."""
    return Call(
        Operation.TAGS,
        "GET",
        f"/v2/{repository}/tags/list",
        repository_scope(repository, "pull"),
        f"tags of {repository}",
        query,
        _JSON,
        max_bytes=limits.LIST_BYTES,
        encoding="gzip",
    )


def head_manifest(repository: Repository, reference: Reference) -> Call:
    """Ask for a manifest's headers (end-3)."""
    return _manifest("HEAD", repository, reference, _MANIFESTS)


def get_manifest(repository: Repository, reference: Reference, held: Digest | None = None) -> Call:
    """Ask for a manifest (end-3), unless it is still the one whose digest is held."""
    headers = _MANIFESTS if held is None else (*_MANIFESTS, ("If-None-Match", f'"{held}"'))
    return _manifest("GET", repository, reference, headers)


def _manifest(
    method: str, repository: Repository, reference: Reference, headers: tuple[tuple[str, str], ...]
) -> Call:
    return Call(
        Operation.MANIFEST,
        method,
        f"/v2/{repository}/manifests/{reference}",
        repository_scope(repository, "pull"),
        f"manifest {_name(repository, reference)}",
        headers=headers,
        max_bytes=limits.MANIFEST_BYTES,
    )


def put_manifest(repository: Repository, reference: Reference, raw: bytes, media_type: str) -> Call:
    """Push a manifest (end-7)."""
    return Call(
        Operation.PUT_MANIFEST,
        "PUT",
        f"/v2/{repository}/manifests/{reference}",
        repository_scope(repository, "pull", "push"),
        f"push of manifest {_name(repository, reference)}",
        headers=(("Content-Type", media_type),),
        content=raw,
    )


def delete_manifest(repository: Repository, digest: Digest) -> Call:
    """Delete by digest (end-9)."""
    return Call(
        Operation.DELETE_MANIFEST,
        "DELETE",
        f"/v2/{repository}/manifests/{digest}",
        repository_scope(repository, "delete"),
        f"deletion of {_name(repository, digest)}",
    )


def delete_tag(repository: Repository, tag: Tag) -> Call:
    """Delete one tag (end-9), which many registries refuse."""
    return Call(
        Operation.DELETE_TAG,
        "DELETE",
        f"/v2/{repository}/manifests/{tag}",
        repository_scope(repository, "delete"),
        f"deletion of tag {_name(repository, tag)}",
    )


def get_blob(repository: Repository, digest: Digest, max_bytes: int) -> Call:
    """Ask for a blob (end-2)."""
    return Call(
        Operation.BLOB,
        "GET",
        f"/v2/{repository}/blobs/{digest}",
        repository_scope(repository, "pull"),
        f"blob {_name(repository, digest)}",
        headers=_ANYTHING,
        max_bytes=max_bytes,
    )


def list_referrers(repository: Repository, digest: Digest, query: str) -> Call:
    """Ask for the manifests whose subject is this digest (end-12)."""
    return Call(
        Operation.REFERRERS,
        "GET",
        f"/v2/{repository}/referrers/{digest}",
        repository_scope(repository, "pull"),
        f"referrers of {_name(repository, digest)}",
        query,
        _INDEX,
        max_bytes=limits.MANIFEST_BYTES,
    )


def _name(repository: Repository, reference: Reference) -> str:
    return f"{repository}@{reference}" if is_digest(reference) else f"{repository}:{reference}"
