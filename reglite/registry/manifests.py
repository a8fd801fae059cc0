"""Reading manifests: HEAD with GET as its fallback, and what is known already."""

from reglite.errors import RegistryProtocol
from reglite.reference import Reference, Repository, is_digest
from reglite.registry import calls
from reglite.registry.content import read_descriptor_headers, read_manifest
from reglite.registry.key import Key, Known
from reglite.registry.limits import FRESH_SECONDS
from reglite.registry.memory import Memory
from reglite.registry.models import Descriptor, Manifest
from reglite.registry.transport import Transport

_HEAD_REFUSALS = 3
_DESCRIPTOR_BYTES = 256


class ManifestReader:
    """Reads the manifests of one registry; stops trying HEAD where it never works."""

    def __init__(self, transport: Transport, memory: Memory) -> None:
        self._transport = transport
        self._memory = memory
        self._head_refusals = 0  # in a row, each mended by a GET

    async def get_descriptor(
        self, repository: Repository, reference: Reference, *, fresh: bool
    ) -> Descriptor:
        """Return digest, media type and size of a manifest."""
        lifetime_seconds: float | None = FRESH_SECONDS
        if is_digest(reference):
            lifetime_seconds = None
            known = None if fresh else self._memory.get_manifest(repository, reference)
            if known is not None:
                return _describe(known)
        return await self._memory.recall(
            Key(Known.HEAD, repository, reference),
            lambda: self._fetch_descriptor(repository, reference),
            lambda _: _DESCRIPTOR_BYTES,
            fresh=fresh,
            lifetime_seconds=lifetime_seconds,
        )

    async def get_manifest(
        self, repository: Repository, reference: Reference, *, fresh: bool
    ) -> Manifest:
        """Return a manifest; a tag that was read before is asked for conditionally."""
        if fresh:
            self._memory.drop(Key(Known.MANIFEST, repository, reference))
            return await self._fetch_manifest(repository, reference)
        known = self._recall(repository, reference)
        if known is not None:
            return known
        return await self._memory.share(
            Key(Known.MANIFEST, repository, reference),
            lambda: self._fetch_manifest(
                repository, reference, self._recall_held(repository, reference)
            ),
        )

    def _recall(self, repository: Repository, reference: Reference) -> Manifest | None:
        """Return the manifest of a digest, or the one that a tag named moments ago."""
        if is_digest(reference):
            return self._memory.get_manifest(repository, reference)
        head = self._memory.get(Key(Known.HEAD, repository, reference))
        return self._get_named(repository, head)

    def _recall_held(self, repository: Repository, reference: Reference) -> Manifest | None:
        """Return the manifest that a tag named when it was read last: it may still do so."""
        if is_digest(reference):
            return None
        head = self._memory.get_stale(Key(Known.HEAD, repository, reference))
        return self._get_named(repository, head)

    def _get_named(self, repository: Repository, head: Descriptor | None) -> Manifest | None:
        return None if head is None else self._memory.get_manifest(repository, head.digest)

    async def _fetch_descriptor(self, repository: Repository, reference: Reference) -> Descriptor:
        if self._head_refusals < _HEAD_REFUSALS:
            call = calls.head_manifest(repository, reference)
            answer = await self._transport.exchange(call)
            descriptor = read_descriptor_headers(answer) if answer.status == 200 else None
            if descriptor is not None and _is_about(descriptor, reference):
                self._head_refusals = 0
                return descriptor
            if answer.status == 500:  # only a body can say whether it is this tag that is damaged
                return _describe(await self._fetch_manifest(repository, reference))
            if answer.status in {401, 429} or answer.status > 501:
                raise self._transport.translate(call, answer)
        manifest = await self._fetch_manifest(repository, reference)
        self._head_refusals += 1
        return _describe(manifest)

    async def _fetch_manifest(
        self, repository: Repository, reference: Reference, held: Manifest | None = None
    ) -> Manifest:
        """GET a manifest, or learn that it is still the one that is held: a 304 has no digest."""
        epoch, asked_at = self._memory.epoch, self._memory.now()
        call = calls.get_manifest(repository, reference, held.digest if held else None)
        answer = await self._transport.ask(call, 200, 304)
        if answer.status == 200:
            manifest = read_manifest(answer, reference, self._transport.where(call))
        elif held is not None:
            manifest = held
        else:
            where = self._transport.where(call)
            raise RegistryProtocol(f"{where}: 304 to a request without a condition")
        if epoch == self._memory.epoch:
            self._keep(repository, reference, manifest, asked_at)
        return manifest

    def _keep(
        self, repository: Repository, reference: Reference, manifest: Manifest, asked_at: float
    ) -> None:
        self._memory.keep_manifest(repository, manifest)
        if not is_digest(reference):
            head = Key(Known.HEAD, repository, reference)
            self._memory.note(head, _describe(manifest), _DESCRIPTOR_BYTES, asked_at)


def _describe(manifest: Manifest) -> Descriptor:
    return Descriptor(manifest.media_type, manifest.digest, len(manifest.raw))


def _is_about(descriptor: Descriptor, reference: Reference) -> bool:
    return not is_digest(reference) or descriptor.digest == reference
