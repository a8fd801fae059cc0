"""Plans over generated repositories against a model that knows everything and checks each pair."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from reglite.deletion.plan import DeletionPlan, make_plan
from reglite.deletion.removal import delete_by_digest
from reglite.deletion.untag import untag
from reglite.demo.presets import distribution_2_8, distribution_3
from reglite.demo.registry import MemoryRegistry
from reglite.errors import TagProtected
from reglite.reference import Digest, Tag
from reglite.registry.client import RegistryClient
from tests.deletion.content import REPOSITORY, Repo, run_with
from tests.support.clients import make_config

TAGS = ("latest", "v1", "v2", "edge", "1.0", "x")


@dataclass(frozen=True, slots=True)
class World:
    """A repository: each manifest's children by position, the tags, the globs, the server."""

    children: tuple[tuple[int, ...], ...]
    tags: dict[str, int]
    protect: tuple[str, ...]
    is_old: bool
    connections: int


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw manifests that list only earlier ones, so that indexes nest and share."""
    size = draw(st.integers(1, 7))
    children = tuple(
        tuple(draw(st.lists(st.integers(0, position - 1), max_size=3, unique=True)))
        if position
        else ()
        for position in range(size)
    )
    tags = draw(st.dictionaries(st.sampled_from(TAGS), st.integers(0, size - 1)))
    protect = draw(st.lists(st.sampled_from(("latest", "v*", "?", "[0-9]*")), max_size=2))
    return World(children, tags, tuple(protect), draw(st.booleans()), draw(st.integers(1, 4)))


class Model:
    """The brute-force model: reads every manifest out of the registry's memory."""

    def __init__(self, repo: Repo, protect: tuple[str, ...]) -> None:
        self.tags = repo.tags
        self.manifests = repo.manifests
        self.protect = protect
        documents = {digest: json.loads(repo.get_raw(Digest(digest))) for digest in repo.manifests}
        self._children = {
            digest: {entry["digest"] for entry in document.get("manifests", ())}
            for digest, document in documents.items()
        }

    def reach(self, digest: str) -> set[str]:
        """Return a manifest and everything below it."""
        below = (self.reach(child) for child in self._children[digest])
        return {digest}.union(*below)

    def find_tags(self, digest: str) -> list[str]:
        """Return the tags on a digest."""
        return sorted(tag for tag, at in self.tags.items() if at == digest)

    def find_protected(self, digest: str) -> list[str]:
        """Return the protected tags that reach a digest."""
        return sorted(
            tag
            for tag, at in self.tags.items()
            if digest in self.reach(at) and any(fnmatchcase(tag, glob) for glob in self.protect)
        )

    def find_parents(self, digest: str) -> list[str]:
        """Return the tagged indexes that hold a digest."""
        tagged = set(self.tags.values())
        return sorted(at for at in tagged if at != digest and digest in self.reach(at))

    def find_orphans(self, digest: str) -> list[str]:
        """Return what the digest holds and no other tagged manifest does."""
        others = set(self.tags.values()) - {digest}
        held = set().union(*(self.reach(at) for at in others))
        return sorted(self.reach(digest) - {digest} - held)


def build(world: World) -> tuple[Repo, list[Digest]]:
    """Fill a registry; returns the digests by position."""
    registry = MemoryRegistry(distribution_2_8() if world.is_old else distribution_3())
    repo, digests = Repo(registry), list[Digest]()
    for position, below in enumerate(world.children):
        if below:
            parts = {"annotations": {"position": str(position)}}
            digests.append(repo.add_index([digests[child] for child in below], **parts))
        else:
            digests.append(repo.add_image(str(position)))
    for tag, position in world.tags.items():
        registry.move_tag(repo.name, tag, digests[position])
    return repo, digests


def make_client(repo: Repo, world: World) -> RegistryClient:
    config = make_config(protect=world.protect, max_connections=world.connections)
    return RegistryClient(config, transport=httpx.ASGITransport(app=repo.registry))


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_a_plan_is_what_the_model_says_for_every_manifest(world: World) -> None:
    repo, digests = build(world)
    model = Model(repo, world.protect)

    async def plan_all(client: RegistryClient) -> list[DeletionPlan]:
        return [await make_plan(client, REPOSITORY, digest) for digest in digests]

    for plan in run_with(make_client(repo, world), plan_all):
        assert list(plan.tags) == model.find_tags(plan.digest)
        assert list(plan.protected) == model.find_protected(plan.digest)
        assert list(plan.parents) == model.find_parents(plan.digest)
        assert list(plan.children) == model.find_orphans(plan.digest)
        assert (plan.complete, plan.checked, plan.total) == (True, len(repo.tags), len(repo.tags))
        assert plan.allowed is (not plan.protected)


@settings(max_examples=40, deadline=None)
@given(world=worlds(), choice=st.integers(0, 6), with_plan=st.booleans())
def test_a_deletion_takes_what_the_plan_says_and_nothing_else(
    world: World, choice: int, with_plan: bool
) -> None:
    repo, digests = build(world)
    digest = digests[choice % len(digests)]
    model = Model(repo, world.protect)

    async def delete(client: RegistryClient) -> bool:
        plan = (await make_plan(client, REPOSITORY, digest)).plan if with_plan else None
        try:
            deletion = await delete_by_digest(client, REPOSITORY, digest, plan=plan)
        except TagProtected:
            return False
        assert list(deletion.tags) == model.find_tags(digest)
        assert deletion.is_complete
        return True

    is_gone = run_with(make_client(repo, world), delete)
    assert is_gone is (model.find_protected(digest) == [])
    gone = {digest} if is_gone else set()
    assert repo.manifests == model.manifests - gone
    assert repo.tags == {tag: at for tag, at in model.tags.items() if at not in gone}


@settings(max_examples=40, deadline=None)
@given(world=worlds().filter(lambda world: world.tags != {}), choice=st.integers(0, 5))
def test_removing_one_tag_takes_that_tag_and_nothing_else(world: World, choice: int) -> None:
    repo, _ = build(world)
    tag = sorted(repo.tags)[choice % len(repo.tags)]
    before, manifests = repo.tags, repo.manifests
    is_protected = any(fnmatchcase(tag, glob) for glob in world.protect)

    async def remove(client: RegistryClient) -> bool:
        try:
            await untag(client, REPOSITORY, Tag(tag), expected_digest=Digest(before[tag]))
        except TagProtected:
            return False
        return True

    assert run_with(make_client(repo, world), remove) is not is_protected
    assert repo.manifests == manifests
    assert repo.tags == {name: at for name, at in before.items() if is_protected or name != tag}
