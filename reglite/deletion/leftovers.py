"""Find what interrupted removals left behind: tags on a placeholder, tags that dangle."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from reglite.deletion.plan import list_names
from reglite.deletion.position import read_placeholder
from reglite.deletion.reading import RepositoryReader
from reglite.errors import NotFound, RegliteError, Unsupported
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.models import Descriptor
from reglite.registry.repository import RepositoryClient

_REPOSITORY_SECONDS: Final = 300.0
_CHUNK_TAGS: Final = 256


@dataclass(frozen=True, slots=True)
class Leftover:
    """A tag that needs a hand; ``digest`` is that of the image it named, where that is known.

    "unread" tags gave no answer, so nobody can tell whether they are leftovers.
    """

    registry: str
    repository: Repository
    tag: Tag
    state: Literal["placeholder", "dangling", "damaged", "unread"]
    digest: Digest | None = None

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag} {_describe(self)}"

    def to_json(self) -> dict[str, Any]:
        """Return it as an object."""
        return {
            "registry": self.registry,
            "repository": self.repository,
            "tag": self.tag,
            "state": self.state,
            "digest": self.digest,
        }


async def find_leftovers(client: RegistryClient) -> tuple[Leftover, ...]:
    """Look at every tag of a registry, or of the inventory's repositories where it has no catalog.

    This asks once per tag: minutes for a big registry. Raises what listing raises.
    """
    found: list[Leftover] = []
    for repository in await _list_repositories(client):
        found += await find_repository_leftovers(client, repository)
    return tuple(found)


async def find_repository_leftovers(
    client: RegistryClient, repository: Repository
) -> list[Leftover]:
    """Look at every tag of one repository."""
    bound = RepositoryClient(client, repository)
    names = await list_names(bound)
    found: list[Leftover] = []
    for start in range(0, len(names), _CHUNK_TAGS):
        found += await _look_at(bound, names[start : start + _CHUNK_TAGS])
    return found


async def _look_at(repository: RepositoryClient, tags: Sequence[Tag]) -> list[Leftover]:
    deadline = repository.pace.clock() + _REPOSITORY_SECONDS
    readings = await RepositoryReader(repository, deadline).read_tags(tags)
    place = (repository.config.name, repository.name)
    found = [Leftover(*place, tag, "dangling") for tag in readings.dangling]
    found += [Leftover(*place, tag, "damaged") for tag in readings.damaged]
    for tag in tags:
        if tag in readings.resolved:
            found += await _look_behind(repository, tag, readings.resolved[tag])
        elif tag not in readings.absent | readings.damaged:
            found.append(Leftover(repository.config.name, repository.name, tag, "unread"))
    return sorted(found, key=lambda leftover: leftover.tag)


async def _look_behind(
    repository: RepositoryClient, tag: Tag, descriptor: Descriptor
) -> list[Leftover]:
    try:
        placeholder = await read_placeholder(repository, descriptor)
    except NotFound:
        return []  # removed since it was listed
    except RegliteError:
        return [Leftover(repository.config.name, repository.name, tag, "unread")]
    if placeholder is None:
        return []
    return [
        Leftover(repository.config.name, repository.name, tag, "placeholder", placeholder.digest)
    ]


async def _list_repositories(client: RegistryClient) -> tuple[Repository, ...]:
    named = client.config.repositories
    try:
        named += await client.list_all_repositories(fresh=True)
    except Unsupported:
        if not named:
            raise
    return tuple(dict.fromkeys(named))


def _describe(leftover: Leftover) -> str:
    if leftover.state == "placeholder":
        return f"is on a placeholder instead of {leftover.digest}: remove the tag again"
    if leftover.state == "dangling":
        return "is listed but names nothing: remove the tag, which mends it"
    if leftover.state == "damaged":
        return "is damaged in the registry's storage: remove the tag, which mends it"
    return "could not be read: check again"
