"""The API's paths: the pieces every router builds its routes from.

A repository name holds slashes and may have parts called ``tags`` or ``manifests``. A digest that
ends a path therefore never matches a word that ends another route, and one before ``/tags`` is told
by its colon, which no name has: the order of the routers does not matter.
"""

from typing import Final

from starlette.convertors import StringConvertor, register_url_convertor

API: Final = "/api/v1"

_LAST_WORDS: Final = ("tags", "summaries", "manifest", "referrers", "deletion-plan")


class DigestConvertor(StringConvertor):
    """A digest segment, still unchecked; never the last word of another route."""

    regex = rf"(?!(?:{'|'.join(_LAST_WORDS)})$)[^/]+"


class RepositoryConvertor(StringConvertor):
    """Segments of a repository name, still unchecked; a line break is refused as part of one."""

    regex = r"(?s:.*)"


class HeldDigestConvertor(StringConvertor):
    """A digest segment before ``/tags``, still unchecked."""

    regex = r"[^/:]*:[^/]*"


class TaggedRepositoryConvertor(StringConvertor):
    """As ``RepositoryConvertor``, before ``/tags``: it does not end in a manifest's path."""

    regex = r"(?s:(?!(?:.*/)?[^/]+/manifests/[^/:]*:[^/]*/tags$).*)"


register_url_convertor("digest", DigestConvertor())
register_url_convertor("repository", RepositoryConvertor())
register_url_convertor("held_digest", HeldDigestConvertor())
register_url_convertor("tagged_repository", TaggedRepositoryConvertor())

REGISTRIES: Final = f"{API}/registries"
REGISTRY: Final = f"{REGISTRIES}/{{registry}}"
REPOSITORIES: Final = f"{REGISTRY}/repositories"
REPOSITORY: Final = f"{REPOSITORIES}/{{repo:repository}}"
TAGS: Final = f"{REPOSITORIES}/{{repo:tagged_repository}}/tags"
TAG: Final = f"{REPOSITORY}/tags/{{tag}}"
MANIFEST: Final = f"{REPOSITORY}/manifests/{{digest:digest}}"
MANIFEST_TAGS: Final = f"{REPOSITORY}/manifests/{{digest:held_digest}}/tags"
BLOB: Final = f"{REPOSITORY}/blobs/{{digest:digest}}"
