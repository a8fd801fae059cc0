"""Removals and deletions while the registry fails and others push, in any order of events."""

from collections.abc import Sequence
from typing import Literal

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from reglite.deletion.leftovers import find_leftovers
from reglite.deletion.removal import delete_by_digest
from reglite.deletion.untag import untag
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.presets import distribution_2_8, distribution_3
from reglite.demo.registry import MemoryRegistry
from reglite.errors import RegliteError
from reglite.reference import Digest, Repository, Tag
from reglite.registry.client import RegistryClient
from tests.deletion.content import REPOSITORY, Repo, run_with
from tests.support.clients import make_config
from tests.support.clock import HURRIED

TAG = Tag("1.4.2")

Event = Literal["fine", "refused", "lost", "stumbles", "other push", "push"]
EVENTS: tuple[Event, ...] = ("fine", "refused", "lost", "stumbles", "other push", "push")


class Trouble:
    """Lets one event happen at each request, in their order, until there are no more.

    "refused" is a 500 instead of the work, "lost" one after it; "stumbles" deletes like 2.8 under
    pushes: the manifest goes, its tags dangle, the answer is a 500.
    """

    def __init__(self, repo: Repo, pushed: Digest, events: Sequence[Event]) -> None:
        self._repo = repo
        self._pushed = pushed
        self._events = iter(events)
        self._event: Event = "fine"
        self.has_pushed = False
        repo.registry.on_request = self.before
        repo.registry.on_answer = self.after

    def stop(self) -> None:
        """Let everything be fine again."""
        self._events = iter(())

    def before(self, request: Request) -> Answer | None:
        """Happen before the work."""
        self._event = next(self._events, "fine")
        if self._event == "refused":
            return refuse(500, "UNKNOWN", "unknown error")
        if self._event == "stumbles" and request.method == "DELETE":
            held = self._repo.registry.repositories[Repository(self._repo.name)]
            if held.manifests.pop(Digest(request.path.rpartition("/")[2]), None) is not None:
                return refuse(500, "UNKNOWN", "unknown error")
        if self._event == "other push":
            self._repo.registry.move_tag(self._repo.name, "pushed", self._pushed)
        if self._event == "push":
            self._repo.registry.move_tag(self._repo.name, TAG, self._pushed)
            self.has_pushed = True
        return None

    def after(self, request: Request, answer: Answer) -> None:
        """Happen after the work."""
        if self._event == "lost" and request.method in {"PUT", "DELETE"}:
            answer.status, answer.body = 500, b""


def build(*, is_old: bool) -> tuple[Repo, Digest, Digest]:
    """Return a repository with a digest under three tags, and another one to push."""
    repo = Repo(MemoryRegistry(distribution_2_8() if is_old else distribution_3()))
    digest = repo.add_image("a", TAG, "latest", "stable")
    return repo, digest, repo.add_image("pushed", "mine")


def make_client(repo: Repo) -> RegistryClient:
    config = make_config(max_connections=1)
    transport = httpx.ASGITransport(app=repo.registry)
    return RegistryClient(config, transport=transport, pace=HURRIED)


@settings(max_examples=80, deadline=None)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=40), is_old=st.booleans())
def test_whatever_happens_only_that_tag_is_touched_and_a_second_run_ends_it(
    events: list[Event], is_old: bool
) -> None:
    repo, digest, pushed = build(is_old=is_old)
    trouble = Trouble(repo, pushed, events)

    async def run(client: RegistryClient) -> bool:
        try:
            await untag(client, REPOSITORY, TAG, expected_digest=digest)
        except RegliteError:
            return False
        return True

    is_done = run_with(make_client(repo), run)
    siblings = {"latest": digest, "stable": digest, "mine": pushed}
    assert siblings.items() <= repo.tags.items()
    assert repo.manifests >= {digest, pushed}
    assert repo.tags.keys() <= {*siblings, TAG, "pushed"}
    assert repo.tags.get("pushed", pushed) == pushed
    if is_done:
        assert repo.tags.get(TAG) in ({None, pushed} if trouble.has_pushed else {None})
    trouble.stop()
    run_with(make_client(repo), run)
    assert repo.tags.get(TAG) in ({None, pushed} if trouble.has_pushed else {None})
    assert siblings.items() <= repo.tags.items()
    assert repo.manifests >= {digest, pushed}


@settings(max_examples=80, deadline=None)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=40), is_old=st.booleans())
def test_whatever_happens_a_deletion_takes_no_other_image_and_a_second_run_ends_it(
    events: list[Event], is_old: bool
) -> None:
    repo, digest, pushed = build(is_old=is_old)
    trouble = Trouble(repo, pushed, events)

    async def run(client: RegistryClient) -> bool:
        try:
            deletion = await delete_by_digest(client, REPOSITORY, digest)
        except RegliteError as exc:
            return exc.code == "MANIFEST_UNKNOWN"
        return deletion.is_complete

    is_done = run_with(make_client(repo), run)
    others = {tag: at for tag, at in repo.tags.items() if at != digest}
    assert {"mine": pushed}.items() <= others.items()
    assert pushed in repo.manifests
    if is_done:
        assert digest not in repo.manifests
        assert digest not in repo.tags.values()
    trouble.stop()
    run_with(make_client(repo), run)

    async def mend(client: RegistryClient) -> None:
        for leftover in await find_leftovers(client):
            await untag(client, REPOSITORY, leftover.tag)

    run_with(make_client(repo), mend)
    assert digest not in repo.manifests
    assert digest not in repo.tags.values()
    assert {"mine": pushed}.items() <= repo.tags.items()
    assert pushed in repo.manifests
