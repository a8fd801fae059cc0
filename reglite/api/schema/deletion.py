"""The shapes of answers: plans, deletions and restorations."""

from typing import Any

from pydantic import Field

from reglite.api.schema.parts import Answer, DigestText, Next, TagText
from reglite.browse.kind import Kind
from reglite.deletion.holders import Role
from reglite.deletion.method import RemovalMethod, UntagMethod
from reglite.deletion.notes import NoteCode


class Plan(Answer):
    """What a deletion would take with it."""

    digest: DigestText
    kind: Kind
    tags: list[TagText] = Field(description="The tags that go.")
    protected: list[TagText]
    parents: list[DigestText] = Field(description="Tagged indexes that would break.")
    children: list[DigestText] = Field(description="Manifests that stay without their index.")
    referrers: list[DigestText]
    related_tags: list[str]
    damaged: list[TagText] = Field(
        description="Tags that the registry can't read: nobody can tell what they name."
    )
    untag: UntagMethod
    allowed: bool
    reason: str | None
    complete: bool
    checked: int = Field(ge=0)
    total: int = Field(ge=0)
    next: Next
    plan: str = Field(description="The hash to echo with the deletion.")


class Holder(Answer):
    """A tag that holds a manifest."""

    tag: TagText
    as_: Role = Field(alias="as", description="What the manifest is to what the tag names.")
    platform: str | None


class Holders(Answer):
    """The tags that hold a manifest, by naming it or as part of an index."""

    digest: DigestText
    tags: list[Holder]
    complete: bool
    checked: int = Field(ge=0)
    total: int = Field(ge=0)
    next: Next


class Note(Answer):
    """One thing to be known of a deletion that was done."""

    code: NoteCode
    params: dict[str, Any]
    message: str


class KeptChild(Answer):
    """A child that was not deleted."""

    digest: DigestText
    code: str = Field(description="An error's code, `HELD`, `TOO_MANY` or `UNDO_TOO_LARGE`.")
    message: str


class UndoManifest(Answer):
    """The exact bytes of a child that went."""

    digest: DigestText
    media_type: str
    raw: str


class Deletion(Answer):
    """A deletion by digest."""

    deleted: DigestText
    tags: list[TagText] = Field(description="The tags that went.")
    complete: bool
    notes: list[Note] = Field(description="What is to be known besides.")
    children: list[DigestText] = Field(
        default=[], description="With `children=delete`: the children that went, parents first."
    )
    kept_children: list[KeptChild] = Field(
        default=[], description="With `children=delete`: the children that stay, and why."
    )
    undo: list[UndoManifest] = Field(
        default=[],
        description="With `children=delete`: what to put back, in this order, before the manifest.",
    )


class Untagging(Answer):
    """The removal of one tag."""

    untagged: TagText
    digest: DigestText | None = Field(description="Null for a tag that named nothing any more.")
    method: RemovalMethod


class Restoration(Answer):
    """An undone deletion."""

    restored: DigestText
    tags: list[TagText]
    kept: list[TagText] = Field(description="Tags that exist again and were left alone.")
    lost: list[TagText] = Field(
        description="Tags that the registry took and does not have afterwards."
    )
    reason: Note | None = Field(description="Why some are lost.")
