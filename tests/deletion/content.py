"""Manifests for the tests of deletion, and transports that fail on purpose."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import fields
from typing import Any, TypeVar

import httpx

from reglite import media_types
from reglite.demo.registry import MemoryRegistry, Switches
from reglite.reference import Digest, Repository
from reglite.registry.client import RegistryClient

REPOSITORY = Repository("team/project/app")

Result = TypeVar("Result")


def make_image(name: str, **parts: Any) -> bytes:
    """Return an image manifest without blobs: other name, other digest."""
    document = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": {"mediaType": media_types.OCI_CONFIG, "digest": _fake(name), "size": 2},
        "layers": [],
        **parts,
    }
    return json.dumps(document).encode()


def make_index(*children: tuple[Digest, str], **parts: Any) -> bytes:
    """Return an index of these digests and media types."""
    entries = [
        {"mediaType": media_type, "digest": digest, "size": 2} for digest, media_type in children
    ]
    document = {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": entries}
    return json.dumps({**document, **parts}).encode()


class Repo:
    """Fills one repository of the in-memory registry behind its back, and looks at it."""

    def __init__(self, registry: MemoryRegistry, name: str = REPOSITORY) -> None:
        self.registry = registry
        self.name = name
        registry.switches.checks_references = False  # these images have no blobs

    def behave_as(self, switches: Switches) -> None:
        """Let the registry behave like another one."""
        for field in fields(switches):
            setattr(self.registry.switches, field.name, getattr(switches, field.name))
        self.registry.switches.checks_references = False

    def add_image(self, name: str, *tags: str, **parts: Any) -> Digest:
        """Store an image under these tags."""
        raw = make_image(name, **parts)
        return self.registry.put_manifest(self.name, raw, media_types.OCI_MANIFEST, *tags)

    def add_index(self, children: Iterable[Digest], *tags: str, **parts: Any) -> Digest:
        """Store an index of images and indexes that are there."""
        entries = [(child, self.get_media_type(child)) for child in children]
        raw = make_index(*entries, **parts)
        return self.registry.put_manifest(self.name, raw, media_types.OCI_INDEX, *tags)

    def get_media_type(self, digest: Digest) -> str:
        """Return the media type of a stored manifest."""
        return self.registry.repositories[Repository(self.name)].manifests[digest].media_type

    def get_raw(self, digest: Digest) -> bytes:
        """Return the bytes of a stored manifest."""
        return self.registry.repositories[Repository(self.name)].manifests[digest].raw

    @property
    def tags(self) -> dict[str, str]:
        """The digest of every tag."""
        return self.registry.get_tags(self.name)

    @property
    def manifests(self) -> set[str]:
        """The digests of all manifests."""
        return set(self.registry.repositories[Repository(self.name)].manifests)


class Killed(BaseException):
    """The process is dead: nothing of the program runs after this."""


class DyingTransport(httpx.AsyncBaseTransport):
    """Dies at the n-th request (from 0): before it is sent, or before its answer is read."""

    def __init__(self, inner: httpx.AsyncBaseTransport, dies_at: int, *, is_sent: bool) -> None:
        self._inner = inner
        self._dies_at = dies_at
        self._is_sent = is_sent
        self._count = 0
        self.is_dead = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on as long as the process lives."""
        if self.is_dead:
            raise Killed
        count, self._count = self._count, self._count + 1
        if count < self._dies_at:
            return await self._inner.handle_async_request(request)
        self.is_dead = True
        if self._is_sent:
            response = await self._inner.handle_async_request(request)
            await response.aread()
            await response.aclose()
        raise Killed

    async def aclose(self) -> None:
        """Close what is underneath."""
        await self._inner.aclose()


def _fake(name: str) -> str:
    return f"sha256:{name.encode().hex():0>64}"[:71]


def run_with(
    client: RegistryClient, work: Callable[[RegistryClient], Coroutine[Any, Any, Result]]
) -> Result:
    """Run work in an event loop of its own and close the client."""

    async def run() -> Result:
        async with aclosing(client):
            return await work(client)

    return asyncio.run(run())
