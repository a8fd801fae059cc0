"""The last look before a deletion by digest: still what the caller agreed to, and allowed."""

from dataclasses import dataclass
from typing import Any

from reglite.deletion.findings import Findings
from reglite.deletion.packing import unpack
from reglite.deletion.plan import (
    BUDGET_SECONDS,
    assemble_plan,
    list_names,
    plan_deletion,
    walk_tags,
)
from reglite.deletion.protection import describe_tags, list_protected, refuse_protected
from reglite.deletion.reading import RepositoryReader
from reglite.errors import BadRequest, PlanChanged, RegistryTimeout
from reglite.reference import Digest, Tag
from reglite.registry.models import Manifest
from reglite.registry.repository import RepositoryClient

_BARE_BUDGET_SECONDS = 15.0
_LEAST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Agreed:
    """What may be deleted: the manifest and the tags seen on it, all of them if ``is_complete``.

    ``damaged`` are tags that the registry can't read.
    ``children`` are what none of the tags that were read holds besides.
    """

    manifest: Manifest
    tags: frozenset[Tag]
    parents: frozenset[Digest]
    damaged: frozenset[Tag]
    is_complete: bool
    children: frozenset[Digest] = frozenset()


async def check_plan(repository: RepositoryClient, manifest: Manifest, plan: str) -> Agreed:
    """Read again what the plan stands on and what protects; raises PlanChanged, TagProtected.

    The plan of a big repository names its tags; any other is read again as a whole.
    """
    hashed, _, packed = plan.partition(".")
    names = await list_names(repository)
    named = _read_named(packed)
    if named is not None:
        known = named.union(list_protected(names, repository.config.protect))
        names = tuple(name for name in names if name in known)
    deadline = repository.pace.clock() + BUDGET_SECONDS
    walk = await walk_tags(repository, manifest, names, findings=Findings(), deadline=deadline)
    if walk.hash != hashed or not walk.is_complete:
        rest_seconds = max(_LEAST_SECONDS, deadline - repository.pace.clock())
        fresh = (
            await assemble_plan(repository, walk)
            if named is None
            else await plan_deletion(repository, manifest.digest, budget_seconds=rest_seconds)
        )
        raise PlanChanged(
            "something changed since this plan was made, or could not be read again: nothing was "
            "deleted; look at the fresh plan",
            detail=fresh.to_json(),
        )
    if walk.findings.protected:
        refuse_protected(repository.config, manifest.digest, walk.findings.protected)
    found = walk.findings
    return Agreed(
        manifest,
        frozenset(found.tags),
        frozenset(found.parents),
        frozenset(found.damaged),
        is_complete=True,
        children=frozenset() if found.damaged else frozenset(walk.target.children - found.held),
    )


async def check_bare(repository: RepositoryClient, manifest: Manifest) -> Agreed:
    """Check protection, then look which tags will go, as far as time allows; raises TagProtected.

    What protects must be read in full, else nothing is deleted.
    """
    deadline = repository.pace.clock() + _BARE_BUDGET_SECONDS
    names = await list_names(repository)
    guards = list_protected(names, repository.config.protect)
    walk = await walk_tags(repository, manifest, guards, findings=Findings(), deadline=deadline)
    if walk.findings.protected:
        refuse_protected(repository.config, manifest.digest, walk.findings.protected)
    if not walk.is_complete:
        unread = walk.findings.failed.union(filter(walk.findings.is_after, guards))
        raise RegistryTimeout(
            f"nothing was deleted: protected {describe_tags(unread)} could not be read, and may "
            "stand on this digest; try again"
        )
    rest = sorted(set(names) - set(guards))
    readings = await RepositoryReader(repository, deadline).read_tags(rest)
    tags = {tag for tag, found in readings.resolved.items() if found.digest == manifest.digest}
    known = readings.resolved.keys() | readings.absent | readings.damaged
    damaged = frozenset(readings.damaged | walk.findings.damaged)
    return Agreed(manifest, frozenset(tags), frozenset(), damaged, len(known) == len(rest))


def _read_named(packed: str) -> frozenset[str] | None:
    """Return what a plan names as tags, None for one that names none: then all are read."""
    if not packed:
        return None
    try:
        named: Any = unpack(packed)
    except BadRequest:
        return None
    is_list = isinstance(named, list) and all(isinstance(tag, str) for tag in named)
    return frozenset(named) if is_list else None
