"""What ``reglite check`` finds out by reading an image: lists don't show that pulls fail."""

from dataclasses import dataclass
from typing import Any, Final

from reglite.browse.content import MAX_CONFIG_BYTES, Unread
from reglite.browse.manifest import get_manifest_view
from reglite.errors import NotFound, RegliteError
from reglite.reference import Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.deadline import deadline
from reglite.registry.document import read_descriptor
from reglite.registry.limits import CALL_SECONDS

MAX_REPOSITORIES: Final = 5
"""How many repositories are looked into for a tag."""


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """One image that was read as a page reads it; ``unread`` names configs out of reach."""

    reference: str
    error: RegliteError | None = None
    unread: tuple[Unread, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Tell whether the registry serves images; that one of them is gone is no sign."""
        is_served_or_gone = self.error is None or isinstance(self.error, NotFound)
        return is_served_or_gone and not self.unread

    def to_json(self) -> dict[str, Any]:
        """Return ``{"reference", "error": {"code", "message"} | null, "unread": [...]}``."""
        error = self.error and {"code": self.error.code, "message": self.error.message}
        unread = [unread.to_json() for unread in self.unread]
        return {"reference": self.reference, "error": error, "unread": unread}


async def check_image(client: RegistryClient) -> ImageCheck | None:
    """Read the first image that the lists name; None where they name none, or are refused.

    It is ``latest`` where that is a tag, else the last tag of the first repository with any.
    """
    for repository in await _list_some(client):
        try:
            async with deadline(CALL_SECONDS, f"listing the tags of {repository}"):
                tags = await client.list_tags(repository)
        except NotFound:
            continue
        except RegliteError as exc:
            return ImageCheck(str(repository), exc)
        if tags:
            return await _read(client, repository, _choose(tags))
    return None


async def _list_some(client: RegistryClient) -> tuple[Repository, ...]:
    named = client.config.repositories[:MAX_REPOSITORIES]
    try:
        async with deadline(CALL_SECONDS, "listing repositories"):
            return named or (await client.list_repositories(n=MAX_REPOSITORIES)).items
    except RegliteError:  # the status has said so
        return ()


def _choose(tags: tuple[Tag, ...]) -> Tag:
    latest = Tag("latest")
    return latest if latest in tags else tags[-1]


async def _read(client: RegistryClient, repository: Repository, tag: Tag) -> ImageCheck:
    reference = f"{repository}:{tag}"
    try:
        view = await get_manifest_view(client, repository, tag)
        if not view.unread:
            await _read_config(client, repository, tag)
    except RegliteError as exc:
        return ImageCheck(reference, exc)
    return ImageCheck(reference, unread=view.unread)


async def _read_config(client: RegistryClient, repository: Repository, tag: Tag) -> None:
    """Read a blob of charts and artifacts, too, which are shown without any."""
    manifest = await client.get_manifest(repository, tag)
    config = read_descriptor(manifest.document.get("config"))
    if config is not None and config.size_bytes <= MAX_CONFIG_BYTES:
        await client.get_blob(repository, config.digest, max_bytes=MAX_CONFIG_BYTES)
