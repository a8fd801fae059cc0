"""Reading manifests: HEAD with GET as its fallback, and what is known already."""

from reglite.errors import RegistryProtocol
from reglite.reference import Reference, is_digest
from reglite.registry import calls
from reglite.registry.content import read_descriptor_headers, read_manifest
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
        self, repository: str, reference: Reference, *, fresh: bool
    ) -> Descriptor:
        """Return digest, media type and size of a manifest."""
        if not fresh and is_digest(reference):
            known = self._memory.get_manifest(repository, reference)
            if known is not None:
                return _describe(known)
        return await self._memory.recall(
            ("head", repository, reference),
            lambda: self._fetch_descriptor(repository, reference),
            lambda _: _DESCRIPTOR_BYTES,
            fresh=fresh,
        )

    async def get_manifest(self, repository: str, reference: Reference, *, fresh: bool) -> Manifest:
        """Return a manifest; a tag that was read before is asked for conditionally."""
        if fresh:
            return await self._fetch_manifest(repository, reference)
        digest = reference if is_digest(reference) else self._recall_digest(repository, reference)
        known = self._memory.get_manifest(repository, digest) if digest else None
        if known is not None:
            return known
        return await self._memory.share(
            ("get", repository, reference),
            lambda: self._fetch_manifest(
                repository, reference, self._recall_held(repository, reference)
            ),
        )

    def _recall_digest(self, repository: str, tag: str) -> str | None:
        known = self._memory.recall_fresh(("head", repository, tag))
        return known.digest if isinstance(known, Descriptor) else None

    def _recall_held(self, repository: str, reference: Reference) -> Manifest | None:
        """Return the manifest that a tag named when it was read last: it may still do so."""
        if is_digest(reference):
            return None
        known = self._memory.recall_stale(("head", repository, reference))
        if not isinstance(known, Descriptor):
            return None
        return self._memory.get_manifest(repository, known.digest)

    async def _fetch_descriptor(self, repository: str, reference: Reference) -> Descriptor:
        if self._head_refusals < _HEAD_REFUSALS:
            call = calls.head_manifest(repository, reference)
            answer = await self._transport.exchange(call)
            descriptor = read_descriptor_headers(answer) if answer.status == 200 else None
            if descriptor is not None and _is_about(descriptor, reference):
                self._head_refusals = 0
                return descriptor
            if answer.status in {401, 429} or (answer.status >= 500 and answer.status != 501):
                raise self._transport.translate(call, answer)
        manifest = await self._fetch_manifest(repository, reference)
        self._head_refusals += 1
        return _describe(manifest)

    async def _fetch_manifest(
        self, repository: str, reference: Reference, held: Manifest | None = None
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
        self, repository: str, reference: Reference, manifest: Manifest, asked_at: float
    ) -> None:
        self._memory.keep_manifest(repository, manifest)
        if not is_digest(reference):
            head = ("head", repository, reference)
            self._memory.note(head, _describe(manifest), _DESCRIPTOR_BYTES, asked_at)


def _describe(manifest: Manifest) -> Descriptor:
    return Descriptor(manifest.media_type, manifest.digest, len(manifest.raw))


def _is_about(descriptor: Descriptor, reference: str) -> bool:
    return not is_digest(reference) or descriptor.digest == reference
