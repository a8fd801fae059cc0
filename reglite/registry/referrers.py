"""Referrers, by the API or by the fallback tag (spec, "Listing Referrers")."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from reglite.errors import ManifestUnknown, NameUnknown, RegistryProtocol
from reglite.reference import Digest, format_referrers_tag
from reglite.registry import calls
from reglite.registry.call import Answer
from reglite.registry.document import read_descriptor, read_objects
from reglite.registry.lists import parse_object
from reglite.registry.memory import Memory
from reglite.registry.models import Descriptor, Manifest, Referrers
from reglite.registry.pagination import format_query, parse_cursor, parse_next
from reglite.registry.probe import ZERO_DIGEST
from reglite.registry.transport import Transport


def read_referrers(
    document: Mapping[str, Any], artifact_type: str | None = None
) -> tuple[Descriptor, ...] | None:
    """Return the descriptors of one index, of one artifact type only; None where it is no index.

    The type is filtered here, too: servers may leave it to the client (``OCI-Filters-Applied``).
    """
    if not isinstance(document.get("manifests"), list):
        return None
    found = map(read_descriptor, read_objects(document["manifests"]))
    return tuple(
        descriptor
        for descriptor in found
        if descriptor is not None
        and (artifact_type is None or descriptor.artifact_type == artifact_type)
    )


def join_referrers(pages: Iterable[Iterable[Descriptor]]) -> tuple[Descriptor, ...]:
    """Join pages in their order; a digest that comes again is the same referrer."""
    return tuple({item.digest: item for page in pages for item in page}.values())


class ReferrersReader:
    """Reads referrers; learns once per registry whether it has the API."""

    def __init__(
        self,
        transport: Transport,
        memory: Memory,
        get_manifest: Callable[[str, str], Awaitable[Manifest]],
    ) -> None:
        self._transport = transport
        self._memory = memory
        self._get_manifest = get_manifest
        self._has_api: bool | None = None

    async def read(self, repository: str, digest: Digest, artifact_type: str | None) -> Referrers:
        """Return what the API lists, or the fallback tag where there is no API."""
        if self._has_api is not False:
            found = await self._read_api(repository, digest, artifact_type)
            if found is not None:
                self._has_api = True
                return Referrers(found, "api")
            self._has_api = False
        return Referrers(await self._read_tag(repository, digest, artifact_type), "tag-schema")

    async def probe(self, repository: str) -> bool:
        """Tell whether the registry has the API: it answers an index for any digest."""
        if self._has_api is None:
            self._has_api = await self._read_api(repository, ZERO_DIGEST, None) is not None
        return self._has_api

    async def _read_api(
        self, repository: str, digest: Digest, artifact_type: str | None
    ) -> tuple[Descriptor, ...] | None:
        query = format_query({"artifactType": artifact_type} if artifact_type else {})
        pages: list[tuple[Descriptor, ...]] = []
        seen: set[str] = set()
        while True:
            answer = await self._transport.exchange(calls.list_referrers(repository, digest, query))
            page = _read_page(answer, artifact_type)
            if page is None:
                return None
            pages.append(page)
            cursor = parse_next(answer.headers.get_list("link"), answer.url)
            if cursor is None or cursor in seen or not page:
                return join_referrers(pages)
            seen.add(cursor)
            query = format_query(parse_cursor(cursor))

    async def _read_tag(
        self, repository: str, digest: Digest, artifact_type: str | None
    ) -> tuple[Descriptor, ...]:
        try:
            manifest = await self._get_manifest(repository, format_referrers_tag(digest))
        except (ManifestUnknown, NameUnknown):
            return ()
        return join_referrers([read_referrers(manifest.document, artifact_type) or ()])


def _read_page(answer: Answer, artifact_type: str | None) -> tuple[Descriptor, ...] | None:
    if answer.status != 200:
        return None
    try:
        return read_referrers(parse_object(answer.body, "referrers"), artifact_type)
    except RegistryProtocol:
        return None  # a web page that answers to every path is no referrers API
