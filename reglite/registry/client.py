"""RegistryClient: one method per operation of the distribution spec."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from reglite.errors import BadRequest, Denied, RegistryProtocol, RegliteError, Unsupported
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import Digest, Reference, Repository, Tag, compute_digest, has_digest
from reglite.registry import calls, limits, probe
from reglite.registry.body import BodyTooLong
from reglite.registry.cache import ContentCache
from reglite.registry.call import Answer, Call
from reglite.registry.content import read_declared_digest, read_signed_bytes
from reglite.registry.deadline import deadline
from reglite.registry.gitlab import GitLabReader
from reglite.registry.harbor import HarborReader
from reglite.registry.key import Key, Known
from reglite.registry.manifests import ManifestReader
from reglite.registry.memory import Memory
from reglite.registry.models import Descriptor, Manifest, Page, Ping, Referrers
from reglite.registry.pace import Pace, choose_call_seconds
from reglite.registry.recognition import read_ping
from reglite.registry.referrers import ReferrersReader
from reglite.registry.transport import Transport
from reglite.registry.walk import ListReader

if TYPE_CHECKING:
    import httpx

    from reglite.registry.guard import Resolve

_Found = TypeVar("_Found")


class RegistryClient:
    """One registry in one event loop; connections open on first use and are kept.

    Names and references come checked, as their types say. ``fresh=True`` goes through every cache
    to the registry. All methods raise what ``translate_answer`` names for the registry's
    refusals, RegistryUnreachable, RegistryTimeout and RegistryProtocol.
    """

    def __init__(
        self,
        config: RegistryConfig,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
        cache: ContentCache | None = None,
        resolve: "Resolve | None" = None,
        pace: Pace | None = None,
    ) -> None:
        self.config = config
        self.pace = pace or Pace(call_seconds=choose_call_seconds(config.timeout_seconds))
        self.memory = Memory(config.name, ContentCache() if cache is None else cache)
        self._transport = Transport(config, transport, resolve, self.pace)
        self._lists = ListReader(self._transport, self.memory)
        self._manifests = ManifestReader(self._transport, self.memory)
        self._referrers = ReferrersReader(self._transport, self._manifests)
        self._own_lists = tuple(
            reader(self._transport, self.memory) for reader in (GitLabReader, HarborReader)
        )

        # Why it is not known whether deletions are taken, or that they are not.
        self.deletion_trouble: RegliteError | None = None

    @property
    def proxy(self) -> str | None:
        """The URL of the proxy to the registry without its login; None where none is of use."""
        return self._transport.proxy

    @property
    def is_credential_checked(self) -> bool:
        """Whether the registry has refused somebody without our credentials, or taken them."""
        return self.config.credential.kind != "none" and self._transport.auth.is_checked

    @property
    def is_credential_refused(self) -> bool:
        """Whether the registry, which asks nobody for credentials, refused ours."""
        return self._transport.auth.is_refused

    @property
    def credential_trouble(self) -> RegliteError | None:
        """Why there were no credentials for a registry that asks nobody for them."""
        return self._transport.auth.trouble

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def deadline(self, seconds: float) -> AbstractAsyncContextManager[Any]:
        """Give a block of calls a budget; raises RegistryTimeout."""
        return deadline(seconds, f"registry '{self.config.name}'")

    async def ping(self) -> Ping:
        """Ask ``/v2/``; raises Denied where the registry refuses our credentials.

        GHCR and GitLab have no token for strangers who name no repository; then what counts is
        whether they may read the first that the inventory names.
        """
        try:
            answer = await self.memory.share(
                Key(Known.PING), lambda: self._transport.ask(calls.ping())
            )
        except Denied:
            named = next(iter(self.config.repositories), None)
            if named is None or self.config.credential.kind != "none":
                raise
            answer = await self._transport.ask(calls.list_tags(named, "n=1"))
        return read_ping(self.config.name, answer, self._transport.auth.challenge)

    async def list_repositories(
        self, *, n: int, cursor: str | None = None, fresh: bool = False
    ) -> Page[Repository]:
        """Return one page of the catalog; raises Unsupported where there is none.

        ``cursor`` is ``next`` of the page before. A page may be shorter than ``n`` and not the
        last. Where the inventory names repositories, a refusal is Unsupported, too; where it
        names none, GitLab and Harbor are asked for a list of their own. Harbor's empty catalog is
        how it refuses some accounts.
        """
        self._check_catalog()
        for reader in self._own_lists:
            if reader.is_own_cursor(cursor):
                return await reader.get_page(cursor, n=n, fresh=fresh) or Page((), None)
        try:
            page = await self._lists.get_catalog_page(n=n, cursor=cursor, fresh=fresh)
        except (Denied, Unsupported):
            own = None
            if cursor is None:
                own = await self._start_own_list(n=n, fresh=fresh, is_refused=True)
            if own is None:
                raise
            return own
        if page.items or page.next is not None or cursor is not None:
            return page
        return await self._start_own_list(n=n, fresh=fresh, is_refused=False) or page

    async def list_all_repositories(self, *, fresh: bool = False) -> tuple[Repository, ...]:
        """Return the whole catalog, or GitLab's and Harbor's own list, distinct and in its order.

        Raises Unsupported without one.
        """
        self._check_catalog()
        try:
            names = await self._lists.get_catalog(fresh=fresh)
        except (Denied, Unsupported):
            page = await self._start_own_list(n=limits.PAGE_SIZE, fresh=fresh, is_refused=True)
            if page is None:
                raise
        else:
            page = None
            if not names:
                page = await self._start_own_list(n=limits.PAGE_SIZE, fresh=fresh, is_refused=False)
            if page is None:
                return names
        found = dict.fromkeys(page.items)
        while page.next is not None:
            page = await self.list_repositories(n=limits.PAGE_SIZE, cursor=page.next, fresh=fresh)
            found.update(dict.fromkeys(page.items))
        return tuple(found)

    async def _start_own_list(
        self, *, n: int, fresh: bool, is_refused: bool
    ) -> Page[Repository] | None:
        """Return the first page of the server's own list, for a catalog that was refused or empty.

        None where it has none, and where the inventory names repositories itself.
        """
        if self.config.repositories:
            return None
        for reader in self._own_lists:
            if is_refused or reader.is_catalog_hidden:
                page = await reader.get_page(None, n=n, fresh=fresh)
                if page is not None:
                    return page
        return None

    def _check_catalog(self) -> None:
        if not self.config.has_catalog:
            raise Unsupported(
                f"registry '{self.config.name}': its catalog is not asked for: catalog: false in "
                f"inventory.{self.config.name}; repositories: there names what to show"
            )

    async def list_tags(self, repository: Repository, *, fresh: bool = False) -> tuple[Tag, ...]:
        """Return all tags, distinct, in code point order; raises NameUnknown."""
        return await self._lists.get_tags(repository, fresh=fresh)

    async def head_manifest(
        self, repository: Repository, reference: Reference, *, fresh: bool = False
    ) -> Descriptor:
        """Return digest, media type and size; GET where the registry has no good HEAD.

        Raises ManifestUnknown and NameUnknown.
        """
        return await self._manifests.get_descriptor(repository, reference, fresh=fresh)

    async def get_manifest(
        self, repository: Repository, reference: Reference, *, fresh: bool = False
    ) -> Manifest:
        """Return a manifest whose bytes hash to its digest; raises ManifestUnknown, NameUnknown."""
        return await self._manifests.get_manifest(repository, reference, fresh=fresh)

    async def put_manifest(
        self, repository: Repository, reference: Reference, raw: bytes, media_type: str
    ) -> Digest:
        """Push these exact bytes under a tag or their digest; returns the digest.

        Raises BlobUnknown where the registry lacks a blob or child that they name.
        """
        call = calls.put_manifest(repository, reference, raw, media_type)
        answer = await self._write(call, repository, reference)
        signed = read_signed_bytes(raw, media_type)
        digest = read_declared_digest(answer) or compute_digest(signed)
        if not has_digest(signed, digest):
            raise RegistryProtocol(
                f"{self._transport.where(call)}: the registry stored other bytes"
            )
        return digest

    async def delete_manifest(self, repository: Repository, digest: Digest) -> None:
        """Delete a manifest and with it every tag on it; raises ManifestUnknown, Unsupported."""
        await self._write(calls.delete_manifest(repository, digest), repository, digest)

    async def delete_tag(self, repository: Repository, tag: Tag) -> None:
        """Delete one tag through the registry's own API; Unsupported where it has none."""
        await self._write(calls.delete_tag(repository, tag), repository, tag)

    async def _write(self, call: Call, repository: Repository, reference: Reference) -> Answer:
        try:
            return await self._transport.ask(call, 200, 201, 202, 204)
        finally:
            # Whatever came of it: a failed write may have been done all the same.
            self.memory.forget(repository, reference)

    async def get_blob(
        self, repository: Repository, digest: Digest, *, max_bytes: int, fresh: bool = False
    ) -> bytes:
        """Return a blob that hashes to its digest; raises BlobUnknown; BadRequest if too long."""
        key = Key(Known.BLOB, repository, digest)
        if fresh:
            self.memory.drop(key)
        known: bytes | None = self.memory.get(key)
        if known is not None and len(known) <= max_bytes:
            return known
        return await self.memory.share(
            Key(Known.BLOB, repository, (digest, max_bytes)),
            lambda: self._fetch_blob(repository, digest, max_bytes),
        )

    async def _fetch_blob(self, repository: Repository, digest: Digest, max_bytes: int) -> bytes:
        call = calls.get_blob(repository, digest, max_bytes)
        try:
            answer = await self._transport.ask(call)
        except BodyTooLong as exc:
            raise BadRequest(f"{exc.message}: pull it with a client instead") from exc
        if not has_digest(answer.body, digest):
            raise RegistryProtocol(
                f"{self._transport.where(call)}: what the registry sent does not have this "
                "digest: it is damaged, or the registry lies"
            )
        self.memory.keep(Key(Known.BLOB, repository, digest), answer.body, len(answer.body))
        return answer.body

    async def list_referrers(
        self,
        repository: Repository,
        digest: Digest,
        *,
        artifact_type: str | None = None,
        fresh: bool = False,
    ) -> Referrers:
        """Return the manifests whose subject is this digest, by the API or the fallback tag."""

        def read() -> Awaitable[Referrers]:
            return self._referrers.get_referrers(repository, digest, artifact_type, fresh=fresh)

        key = Key(Known.REFERRERS, repository, (digest, artifact_type))
        return await (read() if fresh else self.memory.share(key, read))

    async def has_referrers(self, repository: Repository, *, fresh: bool = False) -> bool | None:
        """Tell whether the registry has the referrers API; None while that is not known."""
        try:
            return await self.memory.share(
                Key(Known.REFERRERS_API, repository, fresh),
                lambda: self._referrers.probe(repository, fresh=fresh),
            )
        except RegliteError:
            return None  # not known now; whoever needs to know why asks ping

    async def can_delete(
        self, repository: Repository | None = None, *, fresh: bool = False
    ) -> bool | None:
        """Tell whether the registry deletes manifests, by deleting a digest that nothing has."""
        name = repository or next(iter(self.config.repositories), probe.PROBE_REPOSITORY)
        call = calls.delete_manifest(name, probe.ZERO_DIGEST)
        key = Key(Known.CAN_DELETE, name)
        return await self._probe(key, call, probe.read_deletion, fresh=fresh)

    async def can_untag(self, repository: Repository, *, fresh: bool = False) -> bool | None:
        """Tell whether the registry deletes single tags, by deleting one that does not exist.

        A plain 404 counts where the deletion of a digest has shown that DELETE is served there.
        """
        call = calls.delete_tag(repository, probe.make_absent_tag())
        key = Key(Known.CAN_UNTAG, repository)
        found = await self._probe(key, call, probe.read_untagging, fresh=fresh)
        if found == "plain-404":
            return True if await self.can_delete(repository, fresh=fresh) else None
        return found

    async def _probe(
        self, key: Key, call: Call, read: Callable[[Answer], _Found], *, fresh: bool
    ) -> _Found | bool | None:
        if not self.config.can_delete:
            return False  # no DELETE leaves the process for a registry that is read-only here

        async def ask() -> tuple[_Found]:
            answer = await self._transport.exchange(call)
            found = read(answer)
            if not found and answer.status != 404:
                self.deletion_trouble = self._transport.translate(call, answer)
            return (found,)

        try:
            (found,) = await self.memory.recall(
                key, ask, lambda _: 0, fresh=fresh, lifetime_seconds=limits.PROBE_SECONDS
            )
        except RegliteError as exc:
            self.deletion_trouble = exc
            return None
        return found
