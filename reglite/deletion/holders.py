"""Which tags hold a manifest: by naming it, or as part of an index, however deep.

On the walk over all tags that a deletion plan uses, too.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from reglite import media_types
from reglite.browse.content import load_image
from reglite.browse.index import Child, is_attestation, read_entries
from reglite.deletion.findings import Findings
from reglite.deletion.packing import unpack
from reglite.deletion.plan import BUDGET_SECONDS, Walk, begin_walk, format_walk_next
from reglite.deletion.reading import read_document
from reglite.errors import RegliteError
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from reglite.registry.models import Descriptor, Manifest
from reglite.registry.repository import RepositoryClient

Role = Literal["manifest", "platform", "attestation", "child"]

_MAX_INDEXES: Final = 256


@dataclass(frozen=True, slots=True)
class Part:
    """What a manifest is to those who hold it; ``platform`` is that of an image in an index."""

    role: Role
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A tag, and what the manifest is to it."""

    tag: Tag
    part: Part

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {"tag": self.tag, "as": self.part.role, "platform": self.part.platform}


@dataclass(frozen=True, slots=True)
class Holders:
    """The tags that hold a digest, as far as they were found; ``next`` is where to go on."""

    digest: Digest
    tags: tuple[Holder, ...]
    complete: bool
    checked: int
    total: int
    next: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "digest": self.digest,
            "tags": [holder.to_json() for holder in self.tags],
            "complete": self.complete,
            "checked": self.checked,
            "total": self.total,
            "next": self.next,
        }


async def find_holders(
    client: RegistryClient,
    repository: Repository,
    digest: Digest,
    *,
    cursor: str | None = None,
    recalls: bool = False,
    budget_seconds: float = BUDGET_SECONDS,
) -> Holders:
    """Return the tags that hold a digest, or as many as the budget allows to find.

    What came with a cursor is told again. Raises what ``make_plan`` does.
    """
    findings = Findings() if cursor is None else Findings.from_json(unpack(cursor))
    bound = RepositoryClient(client, repository)
    walk = await begin_walk(
        bound, digest, findings=findings, recalls=recalls, budget_seconds=budget_seconds
    )
    return Holders(
        digest=digest,
        tags=await _list_holders(bound, walk),
        complete=walk.is_complete,
        checked=walk.checked,
        total=len(walk.names),
        next=format_walk_next(bound, walk, "tags"),
    )


async def _list_holders(repository: RepositoryClient, walk: Walk) -> tuple[Holder, ...]:
    found = walk.findings
    holders = [Holder(tag, Part("manifest")) for tag in found.tags]
    for index, tags in found.parents.items():
        part = await _describe_part(repository, index, walk.manifest)
        holders += [Holder(tag, part) for tag in tags]
    return tuple(sorted(holders, key=lambda holder: holder.tag))


async def _describe_part(repository: RepositoryClient, root: Digest, manifest: Manifest) -> Part:
    """Tell what a manifest is in an index that holds it, or in one below.

    The walk has read these indexes, so that they come out of the cache. One that can't be had any
    more leaves it a child: that much the walk has found.
    """
    waiting, seen = [root], {root}
    while waiting and len(seen) <= _MAX_INDEXES:
        try:
            index = await repository.get_manifest(waiting.pop(0))
        except RegliteError:
            continue
        for entry in read_entries(read_document(index)):
            if entry.digest == manifest.digest:
                return await _describe_entry(repository, entry, manifest)
            if media_types.is_index(entry.media_type) and entry.digest not in seen:
                seen.add(entry.digest)
                waiting.append(entry.digest)
    return Part("child")


async def _describe_entry(
    repository: RepositoryClient, entry: Descriptor, manifest: Manifest
) -> Part:
    if is_attestation(entry):
        return Part("attestation")
    child = Child(entry, None)
    may_be_image = not manifest.is_index and read_document(manifest)
    if child.platform is None and entry.artifact_type is None and may_be_image:
        child = Child(entry, await load_image(repository, manifest))
    if child.is_attestation:
        return Part("attestation")
    return Part("child") if child.platform is None else Part("platform", child.platform)
