"""Delete a manifest by digest, with all its tags, and see that nothing is left half-way."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from reglite.deletion.audit import keep_manifest
from reglite.deletion.check import Agreed, check_bare, check_plan
from reglite.deletion.children import read_children, remove_children
from reglite.deletion.fallback import drop_referrer
from reglite.deletion.ladder import PlaceholderLadder
from reglite.deletion.lock import lock_repository, run_to_end
from reglite.deletion.method import find_ways
from reglite.deletion.notes import Note, note_dangling, note_list_behind
from reglite.deletion.outcome import Deletion, Left
from reglite.deletion.plan import list_names
from reglite.deletion.position import find_position
from reglite.deletion.protection import check_deletion_enabled, describe_tags
from reglite.deletion.reading import RepositoryReader
from reglite.deletion.untag import delete_tag_by_api
from reglite.errors import (
    BadRequest,
    Denied,
    NotFound,
    RegistryProtocol,
    RegliteError,
    TagMoved,
    Unsupported,
)
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.models import Manifest
from reglite.registry.repository import RepositoryClient

_TRIES: Final = 6
_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 0.05
_log = logging.getLogger(__name__)


async def delete_by_digest(
    client: RegistryClient,
    repository: Repository,
    digest: Digest,
    *,
    plan: str | None = None,
    with_children: bool = False,
) -> Deletion:
    """Delete a manifest if it is still as the plan says; without a plan, as the registry does.

    ``with_children`` takes along what only it held, which a plan must have named.

    Raises PlanChanged with the fresh plan as its detail, TagProtected, Denied, ManifestUnknown,
    Unsupported where the registry deletes nothing.
    """
    check_deletion_enabled(client.config)
    if with_children and plan is None:
        raise BadRequest("children=delete needs plan=: the plan that named the children")
    bound = RepositoryClient(client, repository)
    async with lock_repository(client.config.url, repository):
        manifest = await bound.get_manifest(digest, fresh=True)
        if plan is None:
            agreed = await check_bare(bound, manifest)
        else:
            agreed = await check_plan(bound, manifest, plan)
        refusal = (await find_ways(bound)).refusal
        if refusal is not None:
            raise Unsupported(refusal)
        keep_manifest(manifest)
        if not with_children:
            return await run_to_end(_Removal(bound, agreed).run())
        return await run_to_end(_remove_with_children(bound, agreed))


async def _remove_with_children(repository: RepositoryClient, agreed: Agreed) -> Deletion:
    """Delete an index, then what only it held; its own deletion stands whatever becomes of them."""
    read = await read_children(repository, agreed.manifest, agreed.children)
    deletion = await _Removal(repository, agreed).run()

    async def remove(manifest: Manifest) -> None:
        alone = Agreed(manifest, frozenset(), frozenset(), agreed.damaged, is_complete=True)
        await _Removal(repository, alone).run()

    return replace(deletion, children=await remove_children(repository, read, remove))


class _Removal:
    """One deletion by digest, from the registry's first answer to the last tag."""

    def __init__(self, repository: RepositoryClient, agreed: Agreed) -> None:
        self._repository = repository
        self._pace = repository.pace
        self._agreed = agreed
        self._digest = agreed.manifest.digest

    async def run(self) -> Deletion:
        """Delete, mend what dangles, and tell which tags went."""
        try:
            left = await self._delete()
        except RegliteError:
            await self._put_back_if_gone()
            raise
        if left.alive | left.others == self._agreed.tags and await self._is_there():
            raise RegistryProtocol(
                f"the registry accepted the deletion of {self._digest} and still has it"
            )
        await self._finish_by_tag(left.alive)
        is_listed_right = await self._drop_from_list()
        tags = self._agreed.tags - left.others
        is_whole = not left.others and not left.dangling and is_listed_right
        return Deletion(
            self._digest,
            tuple(sorted(tags)),
            self._agreed.is_complete and is_whole,
            tuple(self._list_notes(left)),
        )

    def _list_notes(self, left: Left) -> Iterator[Note]:
        if left.behind:
            yield note_list_behind(left.behind)
        if left.dangling:
            yield note_dangling(left.dangling, self._agreed.damaged)

    async def _finish_by_tag(self, tags: frozenset[Tag]) -> None:
        """Remove tags that outlived the digest (old Nexus), or say that they still pull it."""
        if not tags:
            return
        if await self._repository.can_untag():
            for tag in sorted(tags):
                await self._delete_tag(tag)
            return
        raise RegistryProtocol(
            f"the registry took {self._digest} away and left {describe_tags(sorted(tags))}, which "
            "still pull it, and deletes no single tags: delete them in the registry itself"
        )

    async def _delete(self) -> Left:
        """Delete the digest until none of its tags dangles; return those that are still there."""
        ends_at = self._pace.clock() + _SECONDS
        for turn in range(_TRIES):
            await self._pace.sleep(_PAUSE_SECONDS * turn)
            failure = await self._ask_for_deletion()
            if failure is not None and await self._is_there():
                if isinstance(failure, Unsupported) or self._pace.clock() > ends_at:
                    raise failure
                continue
            left = await self._find_left()
            # Where a tag is damaged 2.8 fails at it in each deletion: more of them mend nothing.
            if not left.dangling or (failure is not None and self._agreed.damaged):
                return left
            # Distribution 2.8 removes the manifest first and may stumble over its tags: with the
            # bytes back, the tags name it again and go with it in another deletion.
            await self._put_back()
        failure = await self._ask_for_deletion()
        if failure is not None and await self._is_there():
            raise failure
        return await self._untag_dangling()

    async def _ask_for_deletion(self) -> RegliteError | None:
        """Return the failure, which counts only if the manifest is still there, or raise it."""
        try:
            await self._repository.delete_manifest(self._digest)
        except NotFound:
            return Unsupported(
                f"the registry answers 404 to the deletion of {self._digest} and has it still: it "
                "does not delete over this API"
            )
        except Unsupported as exc:
            await self._delete_untagged(exc)
        except Denied:
            raise
        except RegliteError as exc:
            return exc
        return None

    async def _delete_untagged(self, refusal: Unsupported) -> None:
        """Take the tags away first: zot and Artifact Registry keep what several tags are on.

        The tags come back if the registry still refuses.
        """
        if self._agreed.parents:
            held = ", ".join(sorted(self._agreed.parents))
            raise Unsupported(f"{refusal.message}: it belongs to {held}; delete that first")
        if not await self._may_untag():
            raise refusal
        removed: list[Tag] = []
        try:
            for tag in sorted(self._agreed.tags):
                removed.append(tag)
                await self._delete_tag(tag)
            await self._repository.delete_manifest(self._digest)
        except NotFound:
            return  # it went with its last tag
        except RegliteError:
            await self._restore_missing(removed)
            raise

    async def _may_untag(self) -> bool:
        """Tell whether every tag is known, and both ways to delete are known to work."""
        if not self._agreed.tags or not self._agreed.is_complete:
            return False
        can_delete = await self._repository.can_delete()
        return bool(can_delete and await self._repository.can_untag())

    async def _delete_tag(self, tag: Tag) -> None:
        try:
            await delete_tag_by_api(self._repository, tag, self._digest)
        except TagMoved:
            _log.info("tag %s moved off %s and was left alone", tag, self._digest)
        except NotFound as exc:
            raise Unsupported(f"the registry does not delete tag '{tag}' alone") from exc

    async def _restore_missing(self, tags: Iterable[Tag]) -> None:
        manifest = self._agreed.manifest
        for tag in tags:
            position = await find_position(self._repository, tag, self._digest)
            if position.state in {"absent", "dangling"}:
                await self._repository.put_manifest(tag, manifest.raw, manifest.media_type)

    async def _find_left(self) -> Left:
        """Look at those of the tags that are still listed."""
        listed = self._agreed.tags.intersection(await list_names(self._repository))
        if not listed:
            return Left()
        deadline = self._pace.clock() + self._pace.call_seconds
        readings = await RepositoryReader(self._repository, deadline).read_tags(sorted(listed))
        alive = {tag for tag, read in readings.resolved.items() if read.digest == self._digest}
        return Left(
            dangling=frozenset(readings.dangling),
            behind=frozenset(readings.absent - readings.dangling),
            alive=frozenset(alive),
            others=listed - readings.absent - alive,
        )

    async def _put_back_if_gone(self) -> None:
        """Leave a deletion that failed as one that can be repeated, not as tags that dangle."""
        try:
            if not await self._is_there():
                await self._put_back()
        except RegliteError as exc:
            _log.warning("%s: its tags may dangle: %s", self._digest, exc.message)

    async def _put_back(self) -> None:
        manifest = self._agreed.manifest
        try:
            await self._repository.put_manifest(self._digest, manifest.raw, manifest.media_type)
        except RegliteError as exc:
            _log.warning("%s could not be put back for another try: %s", self._digest, exc.message)

    async def _untag_dangling(self) -> Left:
        """Remove what still dangles tag by tag; return what is left."""
        left = await self._find_left()
        for tag in sorted(left.dangling):
            ladder = PlaceholderLadder(self._repository, tag, self._digest, self._agreed.manifest)
            await ladder.climb()
        return replace(left, dangling=frozenset())

    async def _is_there(self) -> bool:
        try:
            await self._repository.head_manifest(self._digest, fresh=True)
        except NotFound:
            return False
        return True

    async def _drop_from_list(self) -> bool:
        """Keep the list of referrers right where that is a client's work; tell whether it is."""
        try:
            await drop_referrer(self._repository, self._agreed.manifest)
        except RegliteError as exc:
            _log.warning(
                "%s is deleted, but still on its subject's list: %s", self._digest, exc.message
            )
            return False
        return True
