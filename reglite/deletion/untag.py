"""Remove one tag and keep its siblings: through the registry's API, else with a placeholder."""

from dataclasses import dataclass
from typing import Any, Literal

from reglite.deletion.audit import keep_manifest
from reglite.deletion.ladder import PlaceholderLadder, describe_move
from reglite.deletion.lock import lock_repository, run_to_end
from reglite.deletion.method import SWITCHED_OFF, find_ways
from reglite.deletion.position import Position, find_position
from reglite.deletion.protection import check_deletion_enabled, check_tag
from reglite.errors import ManifestUnknown, NotFound, RegistryProtocol, RegliteError, Unsupported
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.models import Manifest
from reglite.registry.probe import ZERO_DIGEST


@dataclass(frozen=True, slots=True)
class Untagging:
    """A tag that is gone, and how; ``digest`` is None where it dangled, its image unknown."""

    untagged: Tag
    digest: Digest | None
    method: Literal["registry-api", "placeholder"]

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

    Raises TagMoved, TagProtected, Denied, ManifestUnknown where there is no such tag, Unsupported
    where the registry deletes nothing.
    """
    check_deletion_enabled(client.config)
    check_tag(client.config, tag)
    async with lock_repository(client.config.url, repository):
        position = await find_position(client, repository, tag, expected_digest)
        if position.state == "absent":
            raise ManifestUnknown(
                f"{repository} has no tag '{tag}' (any more): look at the list of tags again"
            )
        if position.state == "elsewhere":
            raise describe_move(tag, expected_digest, position.digest)
        return await _remove(client, repository, tag, position, expected_digest)


async def _remove(
    client: RegistryClient,
    repository: Repository,
    tag: Tag,
    position: Position,
    expected_digest: Digest | None,
) -> Untagging:
    ways = await find_ways(client, repository)
    method = ways.untag
    if method == "unsupported":
        raise Unsupported(SWITCHED_OFF)
    original = position.original or expected_digest
    if original == ZERO_DIGEST:  # what the pages say they saw of a tag that names nothing
        original = None
    image = await _read_image(client, repository, original)
    if image is not None:
        keep_manifest(image)
    if method == "registry-api":
        try:
            await run_to_end(delete_tag_by_api(client, repository, tag, original))
        except (NotFound, Unsupported) as exc:
            if ways.refusal is not None:
                raise Unsupported(ways.refusal) from exc
            method = "placeholder"  # it refuses a tag that is there: only the probe looked like it
        else:
            return Untagging(tag, original, method)
    ladder = PlaceholderLadder(client, repository, tag, original, image)
    if position.state != "on-placeholder":
        await ladder.rehearse()
    await run_to_end(ladder.climb())
    return Untagging(tag, original, method)


async def _read_image(
    client: RegistryClient, repository: Repository, digest: Digest | None
) -> Manifest | None:
    if digest is None:
        return None
    try:
        return await client.get_manifest(repository, digest, fresh=True)
    except NotFound:
        return None  # the tag dangles, or its image was deleted while it was on a placeholder


async def delete_tag_by_api(
    client: RegistryClient, repository: Repository, tag: Tag, original: Digest | None
) -> None:
    """Delete one tag where the registry can, and see it gone.

    The registry deletes whatever the tag names, so the last look is right before. Raises TagMoved
    where it names something else by then, or again.
    """
    if await _is_absent(client, repository, tag, original):
        return
    failure: RegliteError | None = None
    try:
        await client.delete_tag(repository, tag)
    except RegliteError as exc:
        failure = exc  # what the registry shows now counts, not what it said
    if not await _is_absent(client, repository, tag, original):
        raise failure or RegistryProtocol(
            f"the registry accepted the deletion of tag '{tag}' in {repository} and still has it"
        )


async def _is_absent(
    client: RegistryClient, repository: Repository, tag: Tag, original: Digest | None
) -> bool:
    position = await find_position(client, repository, tag, original or ZERO_DIGEST)
    if position.state == "elsewhere":
        raise describe_move(tag, original, position.digest)
    return position.state == "absent"
