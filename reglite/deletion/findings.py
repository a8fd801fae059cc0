"""What a walk over the tags of a repository has found about one digest so far.

It travels in the cursor of a partial plan, so it is checked like any other input when it returns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from reglite.deletion.protection import is_protected
from reglite.deletion.reading import RepositoryReader
from reglite.errors import BadRequest, RegliteError
from reglite.reference import Digest, Tag, parse_digest, parse_tag
from reglite.registry.models import Descriptor


@dataclass(frozen=True, slots=True)
class Target:
    """The digest in question, what its index holds, and the globs that protect tags.

    ``fallback_tag`` lists it as a referrer where a registry has no referrers API: that list is
    mended after a deletion, so it is no parent.
    """

    digest: Digest
    children: frozenset[Digest] = frozenset()
    protect: tuple[str, ...] = ()
    fallback_tag: Tag | None = None


@dataclass(slots=True)
class Findings:
    """``parents`` maps each tagged index that holds the digest to its tags.

    ``held`` are those children of the target that something else holds too, ``last`` is the tag up
    to which all are read, in code point order; ``failed`` could not be read, ``damaged`` can't be:
    what such a tag names nobody can read, so it holds nothing that could be lost.
    """

    tags: set[Tag] = field(default_factory=set)
    protected: set[Tag] = field(default_factory=set)
    parents: dict[Digest, set[Tag]] = field(default_factory=dict)
    held: set[Digest] = field(default_factory=set)
    failed: set[Tag] = field(default_factory=set)
    damaged: set[Tag] = field(default_factory=set)
    last: Tag | None = None

    def note(
        self, target: Target, tag: Tag, descriptor: Descriptor, reached: frozenset[Digest]
    ) -> None:
        """Add what one tag names and reaches."""
        self.failed.discard(tag)
        if descriptor.digest == target.digest:
            self.tags.add(tag)
        else:
            self.held |= target.children & reached
        if target.digest not in reached:
            return
        if is_protected(tag, target.protect):
            self.protected.add(tag)
        if descriptor.digest != target.digest and tag != target.fallback_tag:
            self.parents.setdefault(descriptor.digest, set()).add(tag)

    def forget_missing(self, names: Iterable[Tag]) -> None:
        """Drop tags that the repository no longer lists."""
        listed = set(names)
        found = (self.tags, self.protected, self.failed, self.damaged)
        for tags in (*found, *self.parents.values()):
            tags.intersection_update(listed)
        self.parents = {digest: tags for digest, tags in self.parents.items() if tags}

    def is_after(self, tag: Tag) -> bool:
        """Tell a tag that the walk has not come to."""
        return self.last is None or tag > self.last

    def list_named_tags(self) -> set[Tag]:
        """Return the tags that a plan stands on: on the digest, or on an index that holds it."""
        return self.tags.union(*self.parents.values())

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        parents = {digest: sorted(tags) for digest, tags in self.parents.items()}
        return {
            "tags": sorted(self.tags),
            "protected": sorted(self.protected),
            "parents": parents,
            "held": sorted(self.held),
            "failed": sorted(self.failed),
            "damaged": sorted(self.damaged),
            "last": self.last,
        }

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Read findings out of a cursor; raises BadRequest where they can't be ours."""
        try:
            return cls(
                tags=_read_tags(document["tags"]),
                protected=_read_tags(document["protected"]),
                parents={
                    parse_digest(digest): _read_tags(tags)
                    for digest, tags in document["parents"].items()
                },
                held={parse_digest(digest) for digest in document["held"]},
                failed=_read_tags(document["failed"]),
                damaged=_read_tags(document["damaged"]),
                last=None if document["last"] is None else parse_tag(document["last"]),
            )
        except (RegliteError, KeyError, TypeError, AttributeError) as exc:
            raise BadRequest("this cursor is not one of RegLite's: begin with a new plan") from exc


def _read_tags(tags: Iterable[str]) -> set[Tag]:
    return {parse_tag(tag) for tag in tags}


async def read_findings(
    reader: RepositoryReader, target: Target, tags: Sequence[Tag], findings: Findings
) -> int:
    """Read these tags and all that they reach; return how many, from the first, are now read."""
    readings = await reader.read_tags(tags)
    await reader.read_indexes(readings.resolved.values())
    for position, tag in enumerate(tags):
        descriptor = readings.resolved.get(tag)
        reached = None if descriptor is None else reader.reach(descriptor)
        if descriptor is not None and reached is not None:
            findings.note(target, tag, descriptor, reached)
        elif tag in readings.absent:
            findings.failed.discard(tag)
        elif tag in readings.damaged and not is_protected(tag, target.protect):
            findings.failed.discard(tag)
            findings.damaged.add(tag)
        elif reader.is_late:
            return position
        else:
            findings.failed.add(tag)
    return len(tags)
