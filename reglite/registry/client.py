"""RegistryClient: one method per operation of the distribution spec."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from reglite.errors import RegistryProtocol, RegliteError
from reglite.reference import (
    Digest,
    Reference,
    compute_digest,
    has_digest,
    is_digest,
    parse_digest,
    parse_reference,
    parse_repository,
    parse_tag,
)
from reglite.registry import calls, limits, probe
from reglite.registry.cache import ContentCache
from reglite.registry.call import Answer, Call
from reglite.registry.content import read_declared_digest, read_descriptor_headers, read_manifest
from reglite.registry.deadline import deadline
from reglite.registry.failure import translate_answer
from reglite.registry.memory import Memory
from reglite.registry.models import Descriptor, Manifest, Page, Ping, Referrers
from reglite.registry.recognition import read_ping
from reglite.registry.referrers import ReferrersReader
from reglite.registry.transport import Transport
from reglite.registry.walk import ListReader
from reglite.registry_config import RegistryConfig

if TYPE_CHECKING:
    import httpx

    from reglite.registry.guard import Resolve

_HEAD_REFUSALS = 3
_DESCRIPTOR_BYTES = 256


class RegistryClient:
    """One registry in one event loop; connections open on first use and are kept.

    Names and references are checked before anything is sent. ``fresh=True`` goes through every
    cache to the registry. All methods raise what ``translate_answer`` names for the registry's
    refusals, RegistryUnreachable, RegistryTimeout and RegistryProtocol.
    """

    def __init__(
        self,
        config: RegistryConfig,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
        cache: ContentCache | None = None,
        resolve: "Resolve | None" = None,
    ) -> None:
        self.config = config
        self.cache = ContentCache() if cache is None else cache
        self._transport = Transport(config, transport, resolve)
        self._memory = Memory(config.name, self.cache)
        self._lists = ListReader(config, self._transport, self._memory, self._translate)
        self._referrers = ReferrersReader(self._transport, self._memory, self.get_manifest)
        self._head_refusals = 0

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def deadline(self, seconds: float) -> AbstractAsyncContextManager[Any]:
        """Give a block of calls a budget; raises RegistryTimeout."""
        return deadline(seconds, f"registry '{self.config.name}'")

    async def ping(self) -> Ping:
        """Ask ``/v2/``; raises Denied where the registry refuses our credentials."""
        answer = await self._ask(calls.ping())
        return read_ping(self.config.name, answer, self._transport.auth.challenge)

    async def list_repositories(
        self, *, n: int, cursor: str | None = None, fresh: bool = False
    ) -> Page:
        """Return one page of the catalog; raises Unsupported where there is none.

        ``cursor`` is ``next`` of the page before. A page may be shorter than ``n`` and not the
        last.
        """
        return await self._lists.get_catalog_page(n=n, cursor=cursor, fresh=fresh)

    async def list_all_repositories(self, *, fresh: bool = False) -> tuple[str, ...]:
        """Return the whole catalog, distinct, in the registry's order; Unsupported without one."""
        return await self._lists.get_catalog(fresh=fresh)

    async def list_tags(self, repository: str, *, fresh: bool = False) -> tuple[str, ...]:
        """Return all tags, distinct, in the registry's order; raises NameUnknown."""
        return await self._lists.get_tags(parse_repository(repository), fresh=fresh)

    async def head_manifest(
        self, repository: str, reference: str, *, fresh: bool = False
    ) -> Descriptor:
        """Return digest, media type and size; GET where the registry has no good HEAD.

        Raises ManifestUnknown and NameUnknown.
        """
        parse_repository(repository)
        checked = parse_reference(reference)
        if not fresh and is_digest(checked):
            known = self._memory.get_manifest(repository, checked)
            if known is not None:
                return _describe(known)
        return await self._memory.recall(
            ("head", repository, checked),
            lambda: self._fetch_descriptor(repository, checked),
            lambda _: _DESCRIPTOR_BYTES,
            fresh=fresh,
        )

    async def _fetch_descriptor(self, repository: str, reference: Reference) -> Descriptor:
        if self._head_refusals < _HEAD_REFUSALS:
            answer = await self._transport.exchange(calls.head_manifest(repository, reference))
            descriptor = read_descriptor_headers(answer) if answer.status == 200 else None
            if descriptor is not None and _is_about(descriptor, reference):
                self._head_refusals = 0
                return descriptor
            if answer.status == 429 or answer.status >= 500:
                raise self._translate(calls.head_manifest(repository, reference), answer)
        manifest = await self._fetch_manifest(repository, reference)
        self._head_refusals += 1
        return _describe(manifest)

    async def get_manifest(
        self, repository: str, reference: str, *, fresh: bool = False
    ) -> Manifest:
        """Return a manifest whose bytes hash to its digest; raises ManifestUnknown, NameUnknown."""
        parse_repository(repository)
        checked = parse_reference(reference)
        if fresh:
            return await self._fetch_manifest(repository, checked)
        digest = checked if is_digest(checked) else self._recall_digest(repository, checked)
        known = self._memory.get_manifest(repository, digest) if digest else None
        if known is not None:
            return known
        return await self._memory.share(
            ("get", repository, checked),
            lambda: self._fetch_manifest(repository, checked, may_hold=True),
        )

    def _recall_digest(self, repository: str, tag: str) -> str | None:
        known = self._memory.recall_fresh(("head", repository, tag))
        return known.digest if isinstance(known, Descriptor) else None

    async def _fetch_manifest(
        self, repository: str, reference: Reference, *, may_hold: bool = False
    ) -> Manifest:
        held = self._recall_held(repository, reference) if may_hold else None
        epoch, asked_at = self._memory.epoch, self._memory.now()
        call = calls.get_manifest(repository, reference, held.digest if held else None)
        answer = await self._ask(call, 200, 304)
        if answer.status == 304 and held is None:
            raise RegistryProtocol(
                f"registry '{self.config.name}', {call.about}: 304 to an unconditional request"
            )
        manifest = held if answer.status == 304 else None
        if manifest is None:
            manifest = read_manifest(answer, reference, self._where(call))
        if epoch == self._memory.epoch:
            self._memory.keep_manifest(repository, manifest)
            head = ("head", repository, reference)
            self._memory.note(head, _describe(manifest), _DESCRIPTOR_BYTES, asked_at)
        return manifest

    def _recall_held(self, repository: str, reference: Reference) -> Manifest | None:
        """Return the manifest that the tag named when it was read last: it may still do so."""
        if is_digest(reference):
            return None
        known = self._memory.recall_stale(("head", repository, reference))
        if not isinstance(known, Descriptor):
            return None
        return self._memory.get_manifest(repository, known.digest)

    async def put_manifest(
        self, repository: str, reference: str, raw: bytes, media_type: str
    ) -> Digest:
        """Push these exact bytes under a tag or their digest; returns the digest."""
        parse_repository(repository)
        call = calls.put_manifest(repository, parse_reference(reference), raw, media_type)
        try:
            answer = await self._ask(call, 200, 201, 202)
        finally:
            self._memory.forget_repository(repository)
        digest = read_declared_digest(answer) or compute_digest(raw)
        if not has_digest(raw, digest):
            raise RegistryProtocol(f"{self._where(call)}: the registry stored other bytes")
        return digest

    async def delete_manifest(self, repository: str, digest: str) -> None:
        """Delete a manifest and with it every tag on it; raises ManifestUnknown, Unsupported."""
        parse_repository(repository)
        try:
            await self._ask(calls.delete_manifest(repository, parse_digest(digest)), 200, 202, 204)
        finally:
            self._memory.forget_repository(repository)

    async def delete_tag(self, repository: str, tag: str) -> None:
        """Delete one tag through the registry's own API; Unsupported where it has none."""
        parse_repository(repository)
        try:
            await self._ask(calls.delete_tag(repository, parse_tag(tag)), 200, 202, 204)
        finally:
            self._memory.forget_repository(repository)

    async def get_blob(self, repository: str, digest: str, *, max_bytes: int) -> bytes:
        """Return a blob that hashes to its digest; raises BlobUnknown, RegistryProtocol if long."""
        parse_repository(repository)
        checked = parse_digest(digest)
        known = self._memory.get_blob(repository, checked)
        if known is not None and len(known) <= max_bytes:
            return known
        return await self._memory.share(
            ("blob", repository, checked, max_bytes),
            lambda: self._fetch_blob(repository, checked, max_bytes),
        )

    async def _fetch_blob(self, repository: str, digest: Digest, max_bytes: int) -> bytes:
        call = calls.get_blob(repository, digest, max_bytes)
        answer = await self._ask(call)
        if not has_digest(answer.body, digest):
            raise RegistryProtocol(
                f"{self._where(call)}: what the registry sent does not have this digest: it is "
                "damaged, or the registry lies"
            )
        self._memory.keep_blob(repository, digest, answer.body)
        return answer.body

    async def list_referrers(
        self, repository: str, digest: str, *, artifact_type: str | None = None
    ) -> Referrers:
        """Return the manifests whose subject is this digest, by the API or the fallback tag."""
        parse_repository(repository)
        return await self._referrers.read(repository, parse_digest(digest), artifact_type)

    async def has_referrers(self, repository: str) -> bool | None:
        """Tell whether the registry has the referrers API; None while that is not known."""
        return await self._referrers.probe(parse_repository(repository))

    async def can_delete(self, repository: str | None = None) -> bool | None:
        """Tell whether the registry deletes manifests, by deleting a digest that nothing has."""
        name = repository or next(iter(self.config.repositories), probe.PROBE_REPOSITORY)
        call = calls.delete_manifest(parse_repository(name), probe.ZERO_DIGEST)
        return await self._probe(("can_delete", name), call, probe.read_deletion)

    async def can_untag(self, repository: str) -> bool | None:
        """Tell whether the registry deletes single tags, by deleting one that does not exist."""
        call = calls.delete_tag(parse_repository(repository), probe.make_absent_tag())
        return await self._probe(("can_untag", repository), call, probe.read_untagging)

    async def _probe(
        self, key: tuple[str, str], call: Call, read: Callable[[Answer], bool | None]
    ) -> bool | None:
        if not self.config.can_delete:
            return False  # no DELETE leaves the process for a registry that is read-only here

        async def ask() -> tuple[bool | None]:
            return (read(await self._transport.exchange(call)),)

        try:
            (found,) = await self._memory.recall(
                key, ask, lambda _: 0, lifetime_seconds=limits.PROBE_SECONDS
            )
        except RegliteError:
            return None  # not known now; whoever needs to know why asks ping
        return found

    async def _ask(self, call: Call, *expected: int) -> Answer:
        answer = await self._transport.exchange(call)
        if answer.status not in (expected or (200,)):
            raise self._translate(call, answer)
        return answer

    def _translate(self, call: Call, answer: Answer) -> RegliteError:
        auth = self._transport.auth
        return translate_answer(
            self.config.name, call, answer, remedy=auth.remedy, secrets=auth.secrets
        )

    def _where(self, call: Call) -> str:
        return f"registry '{self.config.name}', {call.about}"


def _describe(manifest: Manifest) -> Descriptor:
    return Descriptor(manifest.media_type, manifest.digest, len(manifest.raw))


def _is_about(descriptor: Descriptor, reference: str) -> bool:
    return not is_digest(reference) or descriptor.digest == reference
