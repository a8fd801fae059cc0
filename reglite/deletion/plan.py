"""What a deletion by digest would take with it, before anything is deleted.

A registry deletes by digest and every tag on it goes too, so all tags are resolved first. A big
repository takes several calls: each answers what it found so far and where to go on.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from reglite.browse.kind import Kind, classify
from reglite.browse.next_link import format_next, format_repositories_path
from reglite.browse.referrers import find_related_tags
from reglite.deletion.fallback import get_subject, list_referrers
from reglite.deletion.findings import Findings, Target, read_findings
from reglite.deletion.method import UntagMethod, find_ways
from reglite.deletion.packing import pack, unpack
from reglite.deletion.protection import describe_protected, describe_tags
from reglite.deletion.reading import RepositoryReader, list_children
from reglite.errors import NameUnknown, RegistryProtocol, RegistryTimeout
from reglite.reference import Digest, Repository, Tag, format_referrers_tag
from reglite.registry.client import RegistryClient
from reglite.registry.models import Descriptor, Manifest
from reglite.registry.repository import RepositoryClient

BUDGET_SECONDS: Final = 20.0

# Up to here a deletion reads every tag again, which also finds those that joined the digest since,
# unless that took longer than half the time that the deletion has for it.
REREAD_ALL_TAGS: Final = 1000
_CHUNK_PER_CONNECTION = 16


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """What goes, what stands in the way and how one tag alone could go.

    ``parents`` are tagged indexes that hold the digest, also deeper down; ``children`` are what
    its index holds and nothing else that is tagged does. ``damaged`` are tags that the registry
    can't read, of which nobody can tell what they name. ``plan`` is to be sent back as it is.
    """

    digest: Digest
    kind: Kind
    tags: tuple[Tag, ...]
    protected: tuple[Tag, ...]
    parents: tuple[Digest, ...]
    children: tuple[Digest, ...]
    referrers: tuple[Digest, ...]
    related_tags: tuple[str, ...]
    damaged: tuple[Tag, ...]
    untag: UntagMethod
    allowed: bool
    reason: str | None
    complete: bool
    checked: int
    total: int
    next: str | None
    plan: str

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "digest": self.digest,
            "kind": self.kind,
            "tags": list(self.tags),
            "protected": list(self.protected),
            "parents": list(self.parents),
            "children": list(self.children),
            "referrers": list(self.referrers),
            "related_tags": list(self.related_tags),
            "damaged": list(self.damaged),
            "untag": self.untag,
            "allowed": self.allowed,
            "reason": self.reason,
            "complete": self.complete,
            "checked": self.checked,
            "total": self.total,
            "next": self.next,
            "plan": self.plan,
        }


@dataclass(slots=True)
class Walk:
    """How far the tags have been read: all names, and the findings, which grow, up to one of them.

    ``is_quick``: all that was found was found at once, so that it can be read again as a whole.
    ``recalls``: what an earlier walk has read counts.
    """

    manifest: Manifest
    target: Target
    names: tuple[Tag, ...]
    findings: Findings
    referrers: tuple[Digest, ...]
    is_quick: bool
    recalls: bool = False

    @property
    def hash(self) -> str:
        """Return the hash that tells whether anything moved: 64 hex digits."""
        found = self.findings
        facts = [
            self.manifest.digest,
            *map(sorted, (found.tags, found.protected, found.parents, self.referrers)),
            *([sorted(found.damaged)] if found.damaged else []),
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    @property
    def checked(self) -> int:
        """How many tags gave an answer."""
        return len(self.names) - self.ahead - len(self.findings.failed)

    @property
    def ahead(self) -> int:
        """How many tags have not been asked for yet."""
        return sum(map(self.findings.is_after, self.names))

    @property
    def is_complete(self) -> bool:
        """Tell whether every tag gave an answer."""
        return self.checked == len(self.names)


async def make_plan(
    client: RegistryClient,
    repository: Repository,
    digest: Digest,
    *,
    cursor: str | None = None,
    recalls: bool = False,
    budget_seconds: float = BUDGET_SECONDS,
) -> DeletionPlan:
    """Return the plan, or as much of it as the budget allows, with the address of the rest.

    ``recalls`` takes what another walk has read of tags in the last minutes. Raises
    ManifestUnknown, BadRequest for a foreign cursor, RegistryTimeout where not even one tag could
    be read. Nothing here trusts a cursor: a deletion reads what protects anew.
    """
    findings = Findings() if cursor is None else Findings.from_json(unpack(cursor))
    bound = RepositoryClient(client, repository)
    return await plan_deletion(
        bound, digest, findings=findings, recalls=recalls, budget_seconds=budget_seconds
    )


async def plan_deletion(
    repository: RepositoryClient,
    digest: Digest,
    *,
    findings: Findings | None = None,
    recalls: bool = False,
    budget_seconds: float,
) -> DeletionPlan:
    """Go on from what was found before, if anything; raises what ``make_plan`` does."""
    walk = await begin_walk(
        repository,
        digest,
        findings=findings or Findings(),
        recalls=recalls,
        budget_seconds=budget_seconds,
    )
    return await assemble_plan(repository, walk)


async def begin_walk(
    repository: RepositoryClient,
    digest: Digest,
    *,
    findings: Findings,
    recalls: bool,
    budget_seconds: float,
) -> Walk:
    """Read what all tags have to do with a digest; raises what ``make_plan`` does."""
    deadline = repository.pace.clock() + budget_seconds
    manifest = await repository.get_manifest(digest, fresh=True)
    names = await list_names(repository)
    walk = await walk_tags(
        repository, manifest, names, findings=findings, recalls=recalls, deadline=deadline
    )
    repository.memory.note_walk(repository.name, is_quick=walk.is_quick)
    return walk


async def walk_tags(
    repository: RepositoryClient,
    manifest: Manifest,
    names: tuple[Tag, ...],
    *,
    findings: Findings,
    recalls: bool = False,
    deadline: float,
) -> Walk:
    """Read those of the names that the findings don't hold yet, and those that failed before.

    Raises RegistryTimeout or TooManyRequests where not even one could be read.
    """
    reader = RepositoryReader(repository, deadline, recalls=recalls)
    target = await describe_target(repository, manifest, reader)
    half_time = (repository.pace.clock() + deadline) / 2
    is_first = findings.last is None
    findings.forget_missing(names)
    waiting = sorted(findings.failed.union(filter(findings.is_after, names)))
    size = _CHUNK_PER_CONNECTION * repository.config.max_connections
    is_moving = not waiting
    while waiting:
        read = await read_findings(reader, target, waiting[:size], findings)
        if read:
            is_moving = True
            findings.last = max(findings.last or waiting[0], waiting[read - 1])
        del waiting[:read]
        if reader.is_late:
            break
    if not is_moving:
        raise reader.rate_limit or RegistryTimeout(
            f"registry '{repository.config.name}' gave no answer for tag '{waiting[0]}' of "
            f"{repository} in time: nothing was deleted; try again"
        )
    is_quick = is_first and repository.pace.clock() <= half_time
    if reader.has_recalled:
        is_quick = is_quick and repository.memory.was_walk_quick(repository.name)
    referrers = await list_referrers(repository, manifest.digest)
    return Walk(manifest, target, names, findings, referrers, is_quick, recalls)


async def list_names(repository: RepositoryClient) -> tuple[Tag, ...]:
    """Return all tags in code point order, as the registry has them now.

    To be asked for a repository that holds a manifest: some registries know no repository without
    tags.
    """
    try:
        return await repository.list_tags(fresh=True)
    except NameUnknown:
        return ()


async def describe_target(
    repository: RepositoryClient, manifest: Manifest, reader: RepositoryReader
) -> Target:
    """Return what the tags are compared with."""
    descriptor = Descriptor(manifest.media_type, manifest.digest, len(manifest.raw))
    await reader.read_indexes([descriptor])
    reached = reader.reach(descriptor) or frozenset(list_children(manifest))
    subject = get_subject(manifest)
    return Target(
        digest=manifest.digest,
        children=reached - {manifest.digest},
        protect=repository.config.protect,
        fallback_tag=None if subject is None else format_referrers_tag(subject),
    )


async def assemble_plan(repository: RepositoryClient, walk: Walk) -> DeletionPlan:
    """Make the plan out of what was read, whole or not."""
    findings, digest = walk.findings, walk.manifest.digest
    following = format_walk_next(repository, walk, "deletion-plan")
    ways = await find_ways(repository)
    reason = ways.refusal or _find_reason(repository, walk, has_next=following is not None)
    return DeletionPlan(
        digest=digest,
        kind=_tell_kind(walk.manifest),
        tags=tuple(sorted(findings.tags)),
        protected=tuple(sorted(findings.protected)),
        parents=tuple(sorted(findings.parents)),
        children=tuple(sorted(walk.target.children - findings.held)),
        referrers=walk.referrers,
        related_tags=find_related_tags(walk.names, digest),
        damaged=tuple(sorted(findings.damaged)),
        untag=ways.untag,
        allowed=reason is None,
        reason=reason,
        complete=walk.is_complete,
        checked=walk.checked,
        total=len(walk.names),
        next=following,
        plan=_format_plan(walk),
    )


def _find_reason(repository: RepositoryClient, walk: Walk, *, has_next: bool) -> str | None:
    """Return in plain words why the digest can't be deleted, or not yet; None if it can."""
    findings = walk.findings
    if findings.protected:
        return f"this digest {describe_protected(repository.config, findings.protected)}"
    if walk.ahead:
        found = f"{walk.checked} of {len(walk.names)} tags are checked"
        if has_next:
            return f"still looking for other tags on this digest: {found}"
        return f"too many tags to look through in pieces ({found}): raise max_connections"
    if findings.failed:
        return (
            f"the registry gave no answer for {describe_tags(findings.failed)}, which may be on "
            "this digest: ask again"
        )
    return None


def _tell_kind(manifest: Manifest) -> Kind:
    try:
        return classify(manifest)
    except RegistryProtocol:
        return "unknown"  # no JSON: it can be deleted all the same


def format_walk_next(repository: RepositoryClient, walk: Walk, last_word: str) -> str | None:
    """Return the address where a walk goes on; None for one that has come to its end.

    Also None where what was found does not fit into an address.
    """
    cursor = pack(walk.findings.to_json()) if walk.ahead else None
    if cursor is None:
        return None
    repositories = format_repositories_path(repository.config.name)
    path = f"{repositories}/{quote(repository.name)}/manifests/{walk.manifest.digest}/{last_word}"
    return format_next(path, {"cursor": cursor, "walk": "recent" if walk.recalls else None})


def _format_plan(walk: Walk) -> str:
    """Return the hash; where not all can be read again, with the tags that it stands on."""
    if not walk.is_complete or (walk.is_quick and len(walk.names) <= REREAD_ALL_TAGS):
        return walk.hash
    named = pack(sorted(walk.findings.list_named_tags()))
    return walk.hash if named is None else f"{walk.hash}.{named}"
