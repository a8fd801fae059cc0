"""Referrers, by the API or by the fallback tag (spec, "Listing Referrers")."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from reglite.errors import (
    ManifestUnknown,
    NameUnknown,
    RegistryProtocol,
)
from reglite.reference import Digest, Repository, format_referrers_tag
from reglite.registry import calls, limits
from reglite.registry.call import Answer, Call
from reglite.registry.document import read_descriptor, read_objects
from reglite.registry.lists import parse_object
from reglite.registry.manifests import ManifestReader
from reglite.registry.models import Descriptor, Referrers
from reglite.registry.pagination import format_query, parse_cursor
from reglite.registry.probe import ZERO_DIGEST
from reglite.registry.transport import Transport

Found = tuple[Descriptor, ...]


def read_referrers(document: Mapping[str, Any]) -> Found | None:
    """Return the descriptors of one index; None where it is no index."""
    if not isinstance(document.get("manifests"), list):
        return None
    found = map(read_descriptor, read_objects(document["manifests"]))
    return tuple(descriptor for descriptor in found if descriptor is not None)


def select_referrers(found: Found, artifact_type: str | None) -> Found:
    """Return those of one artifact type, or all; a digest that comes again is the same referrer.

    Servers may leave the filter to the client (``OCI-Filters-Applied``).
    """
    distinct = {item.digest: item for item in found}.values()
    return tuple(d for d in distinct if artifact_type is None or d.artifact_type == artifact_type)


class ReferrersReader:
    """Reads referrers; remembers for a while whether the registry has the API."""

    def __init__(self, transport: Transport, manifests: ManifestReader) -> None:
        self._transport = transport
        self._manifests = manifests
        self._learned: tuple[bool, float] | None = None  # whether it has the API, until when

    @property
    def has_api(self) -> bool | None:
        """Whether the registry has the API, None while that is not known."""
        if self._learned is None or monotonic() >= self._learned[1]:
            return None
        return self._learned[0]

    async def get_referrers(
        self, repository: Repository, digest: Digest, artifact_type: str | None, *, fresh: bool
    ) -> Referrers:
        """Return what the API lists, or the fallback tag where there is no API."""
        if self.has_api is not False:
            listed = await self._read_api(repository, digest, artifact_type)
            if listed is not None:
                return Referrers(select_referrers(listed, artifact_type), "api")
        tagged = await self._read_tag(repository, digest, fresh=fresh)
        return Referrers(select_referrers(tagged, artifact_type), "tag-schema")

    async def probe(self, repository: Repository, *, fresh: bool) -> bool | None:
        """Ask once whether the registry has the API: it lists the referrers of any digest."""
        if fresh or self.has_api is None:
            await self._read_api(repository, ZERO_DIGEST, None)
        return self.has_api

    async def _read_api(
        self, repository: Repository, digest: Digest, artifact_type: str | None
    ) -> Found | None:
        """Follow the pages to the end, or until one brings nothing new; None without the API."""
        query = format_query({"artifactType": artifact_type} if artifact_type else {})
        found: dict[Digest, Descriptor] = {}
        size_bytes = 0
        while True:
            call = calls.list_referrers(repository, digest, query)
            answer, page = await self._read_page(call)
            if page is None and found:
                raise self._transport.translate(call, answer)
            if page is None:
                return None
            known, size_bytes = len(found), size_bytes + len(answer.body)
            found.update((item.digest, item) for item in page)
            cursor = self._transport.read_next(answer)
            if cursor is None or len(found) == known:
                return tuple(found.values())
            if size_bytes > limits.LIST_BYTES:
                raise RegistryProtocol(f"{self._transport.where(call)}: the list is without end")
            query = format_query(parse_cursor(cursor))

    async def _read_page(self, call: Call) -> tuple[Answer, Found | None]:
        answer = await self._transport.exchange(call)
        if answer.status == 429 or (answer.status >= 500 and answer.status != 501):
            raise self._transport.translate(call, answer)
        page = _parse_page(answer)
        if page is not None or not _is_about_repository(answer):
            self._learned = (page is not None, monotonic() + limits.PROBE_SECONDS)
        return answer, page

    async def _read_tag(self, repository: Repository, digest: Digest, *, fresh: bool) -> Found:
        tag = format_referrers_tag(digest)
        try:
            manifest = await self._manifests.get_manifest(repository, tag, fresh=fresh)
        except (ManifestUnknown, NameUnknown):
            return ()
        return read_referrers(manifest.document) or ()


def _is_about_repository(answer: Answer) -> bool:
    """Tell a refusal that says nothing about the API: no right to it, or no such repository."""
    return answer.status in {401, 403} or (answer.status == 404 and bool(answer.faults))


def _parse_page(answer: Answer) -> Found | None:
    if answer.status != 200:
        return None
    try:
        return read_referrers(parse_object(answer.body, "referrers"))
    except RegistryProtocol:
        return None  # a web page that answers to every path is no referrers API
