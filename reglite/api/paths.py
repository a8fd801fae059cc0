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


register_url_convertor("digest", DigestConvertor())

REGISTRIES: Final = f"{API}/registries"
REGISTRY: Final = f"{REGISTRIES}/{{registry}}"
REPOSITORIES: Final = f"{REGISTRY}/repositories"
REPOSITORY: Final = f"{REPOSITORIES}/{{repo:path}}"
TAGS: Final = f"{REPOSITORY}/tags"
TAG: Final = f"{TAGS}/{{tag}}"
MANIFEST: Final = f"{REPOSITORY}/manifests/{{digest:digest}}"
BLOB: Final = f"{REPOSITORY}/blobs/{{digest:digest}}"
