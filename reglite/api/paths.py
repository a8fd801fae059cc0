"""The API's paths: the pieces every router builds its routes from.

A repository name holds slashes and may have parts called ``tags`` or ``manifests``. A digest that
ends a path therefore never matches a word that ends another route: the order of the routers does
not matter.
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


register_url_convertor("digest", DigestConvertor())
register_url_convertor("repository", RepositoryConvertor())

REGISTRIES: Final = f"{API}/registries"
REGISTRY: Final = f"{REGISTRIES}/{{registry}}"
REPOSITORIES: Final = f"{REGISTRY}/repositories"
REPOSITORY: Final = f"{REPOSITORIES}/{{repo:repository}}"
TAGS: Final = f"{REPOSITORY}/tags"
TAG: Final = f"{TAGS}/{{tag}}"
MANIFEST: Final = f"{REPOSITORY}/manifests/{{digest:digest}}"
BLOB: Final = f"{REPOSITORY}/blobs/{{digest:digest}}"
