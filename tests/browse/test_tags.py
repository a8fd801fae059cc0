from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reglite.browse.tags import list_tags
from reglite.demo.registry import MemoryRegistry
from reglite.errors import NameUnknown
from reglite.reference import Repository
from reglite.registry.client import RegistryClient

pytestmark = pytest.mark.anyio

REPOSITORY = Repository("team/project/app")
SIGNATURES = ["sha256-" + "a" * 64, "sha256-" + "a" * 64 + ".sig", "sha256-" + "b" * 64 + ".att"]
TAGS = ["10", "9", "Alpha", "_x", "alpha", "latest", "v1.0", "v1.10", "v1.9"]


@pytest.fixture
def filled(memory_registry: MemoryRegistry) -> MemoryRegistry:
    memory_registry.put_manifest(
        REPOSITORY,
        b"{}",
        "application/vnd.oci.image.manifest.v1+json",
        *reversed(TAGS),
        *SIGNATURES,
    )
    return memory_registry


@pytest.mark.usefixtures("filled")
async def test_tags_are_sorted_by_code_point_without_those_that_signatures_leave(
    client: RegistryClient,
) -> None:
    assert (await list_tags(client, REPOSITORY)).to_json() == {
        "registry": "memory:5000",
        "repository": REPOSITORY,
        "tags": TAGS,
        "hidden": 3,
        "next": None,
    }


@pytest.mark.usefixtures("filled")
async def test_all_shows_every_tag(client: RegistryClient) -> None:
    view = await list_tags(client, REPOSITORY, include_all=True)

    assert list(view.tags) == sorted([*TAGS, *SIGNATURES])
    assert view.hidden == 0


@pytest.mark.parametrize("has_tag_pages", [True, False])
@pytest.mark.parametrize("include_all", [True, False])
@pytest.mark.parametrize("n", [1, 3, 9, 12, 100])
async def test_next_leads_through_all_tags_whatever_the_registry_makes_of_pages(
    filled: MemoryRegistry,
    client: RegistryClient,
    has_tag_pages: bool,
    include_all: bool,
    n: int,
) -> None:
    filled.switches.has_tag_pages = has_tag_pages
    filled.switches.order = "random"
    found: list[str] = []
    options: dict[str, Any] = {"n": n, "include_all": include_all}
    while True:
        view = await list_tags(client, REPOSITORY, **options)
        found.extend(view.tags)
        assert len(view.tags) <= n
        if view.next is None:
            break
        path, _, query = view.next.partition("?")
        assert path == "/api/v1/registries/memory:5000/repositories/team/project/app/tags"
        fields = parse_qs(query)
        assert fields.get("all") == (["true"] if include_all else None)
        options = {**options, "n": int(fields["n"][0]), "last": fields["last"][0]}

    assert found == sorted(TAGS + SIGNATURES if include_all else TAGS)


@pytest.mark.usefixtures("filled")
async def test_a_filter_travels_with_next_and_is_percent_encoded(client: RegistryClient) -> None:
    view = await list_tags(client, REPOSITORY, n=1, q="ALPHA")

    assert view.tags == ("Alpha",)
    assert view.next is not None
    assert parse_qs(urlsplit(view.next).query) == {"n": ["1"], "last": ["Alpha"], "q": ["ALPHA"]}
    assert (await list_tags(client, REPOSITORY, last="Alpha", q="ALPHA")).tags == ("alpha",)
    assert (await list_tags(client, REPOSITORY, q="& ?#/%")).tags == ()


@pytest.mark.usefixtures("filled")
async def test_a_list_goes_on_after_a_tag_that_does_not_exist(client: RegistryClient) -> None:
    assert (await list_tags(client, REPOSITORY, last="v1.1")).tags == ("v1.10", "v1.9")


async def test_a_repository_that_is_not_known_stays_unknown(client: RegistryClient) -> None:
    with pytest.raises(NameUnknown):
        await list_tags(client, REPOSITORY)


@pytest.mark.parametrize("emptied", ["null", "empty"])
async def test_an_emptied_repository_has_no_tags(
    memory_registry: MemoryRegistry, client: RegistryClient, emptied: Any
) -> None:
    memory_registry.switches.emptied_tags = emptied
    memory_registry.put_manifest(REPOSITORY, b"{}", "application/json", "v1")
    memory_registry.remove_tag(REPOSITORY, "v1")

    view = await list_tags(client, REPOSITORY)

    assert (view.tags, view.hidden, view.next) == ((), 0, None)
