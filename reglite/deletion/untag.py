"""Remove one tag and keep its siblings: through the registry's API, else with a placeholder."""

from dataclasses import dataclass
from typing import Any

from reglite.deletion.audit import keep_manifest
from reglite.deletion.ladder import PlaceholderLadder, describe_move
from reglite.deletion.lock import lock_repository, run_to_end
from reglite.deletion.method import SWITCHED_OFF, RemovalMethod, find_ways
from reglite.deletion.position import NO_IMAGE, Position, find_position
from reglite.deletion.protection import check_deletion_enabled, check_tag
from reglite.errors import ManifestUnknown, NotFound, RegistryProtocol, RegliteError, Unsupported
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.models import Manifest
from reglite.registry.repository import RepositoryClient


@dataclass(frozen=True, slots=True)
class Untagging:
    """A tag that is gone, and how; ``digest`` is None where it dangled, its image unknown."""

    untagged: Tag
    digest: Digest | None
    method: RemovalMethod

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {"untagged": self.untagged, "digest": self.digest, "method": self.method}


async def untag(
    client: RegistryClient,
    repository: Repository,
    tag: Tag,
    *,
    expected_digest: Digest | None = None,
) -> Untagging:
    """Remove this tag alone if it still names what the caller saw, or finish an earlier attempt.

    A tag that dangles is seen on ``NO_IMAGE``. Raises TagMoved, TagProtected, Denied,
    ManifestUnknown where there is no such tag, Unsupported where the registry deletes nothing.
    """
    check_deletion_enabled(client.config)
    check_tag(client.config, tag)
    bound = RepositoryClient(client, repository)
    async with lock_repository(client.config.url, repository):
        position = await find_position(bound, tag, expected_digest)
        if position.state == "absent":
            raise ManifestUnknown(
                f"{repository} has no tag '{tag}' (any more): look at the list of tags again"
            )
        if position.state == "elsewhere":
            raise describe_move(tag, expected_digest, position.digest)
        original = position.original or expected_digest or NO_IMAGE
        method = await _remove(bound, tag, position, original)
    return Untagging(tag, None if original == NO_IMAGE else original, method)


async def _remove(
    repository: RepositoryClient, tag: Tag, position: Position, original: Digest
) -> RemovalMethod:
    ways = await find_ways(repository)
    if ways.untag == "unsupported":
        raise Unsupported(SWITCHED_OFF)
    image = await _read_image(repository, original)
    if image is not None:
        keep_manifest(image)
    if ways.untag == "registry-api":
        try:
            await run_to_end(delete_tag_by_api(repository, tag, original))
        except (NotFound, Unsupported) as exc:
            # It refuses a tag that is there: only the probe looked as if it could.
            if ways.refusal is not None:
                raise Unsupported(ways.refusal) from exc
        else:
            return "registry-api"
    ladder = PlaceholderLadder(repository, tag, original, image)
    if position.state != "on-placeholder":
        await ladder.rehearse()
    await run_to_end(ladder.climb())
    return "placeholder"


async def _read_image(repository: RepositoryClient, digest: Digest) -> Manifest | None:
    if digest == NO_IMAGE:
        return None
    try:
        return await repository.get_manifest(digest, fresh=True)
    except NotFound:
        return None  # the tag dangles, or its image was deleted while it was on a placeholder


async def delete_tag_by_api(repository: RepositoryClient, tag: Tag, original: Digest) -> None:
    """Delete one tag where the registry can, and see it gone.

    The registry deletes whatever the tag names, so the last look is right before. Raises TagMoved
    where it names something else by then, or again.
    """
    if await _is_absent(repository, tag, original):
        return
    failure: RegliteError | None = None
    try:
        await repository.delete_tag(tag)
    except RegliteError as exc:
        failure = exc  # what the registry shows now counts, not what it said
    if not await _is_absent(repository, tag, original):
        raise failure or RegistryProtocol(
            f"the registry accepted the deletion of tag '{tag}' in {repository} and still has it"
        )


async def _is_absent(repository: RepositoryClient, tag: Tag, original: Digest) -> bool:
    position = await find_position(repository, tag, original)
    if position.state == "elsewhere":
        raise describe_move(tag, original, position.digest)
    return position.state == "absent"
