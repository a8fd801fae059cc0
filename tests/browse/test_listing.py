import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reglite.browse.listing import RepositoriesView, list_repositories
from reglite.demo.exchange import Answer, Request, refuse
from reglite.demo.registry import MemoryRegistry
from reglite.errors import BadRequest, Denied, RegistryProtocol, RegistryTimeout, Unsupported
from reglite.registry.client import RegistryClient
from reglite.registry.pace import choose_call_seconds
from tests.browse.conftest import MakeClient

pytestmark = pytest.mark.anyio

NAMES = [f"team/app-{n:03}" for n in range(25)]
STYLES = ["relative", "absolute", "unquoted", "opaque"]


def fill(registry: MemoryRegistry, names: list[str] = NAMES) -> None:
    for name in names:
        registry.put_manifest(name, b"{}", "application/vnd.oci.image.manifest.v1+json", "v1")


async def follow(client: RegistryClient, **options: Any) -> list[RepositoriesView]:
    """Follow ``next`` as it stands until there is none."""
    views = [await list_repositories(client, **options)]
    while views[-1].next is not None:
        assert len(views) < 100
        query = parse_qs(urlsplit(views[-1].next).query)
        options = {name: values[0] for name, values in query.items()}
        options["n"] = int(options["n"])
        views.append(await list_repositories(client, **options))
    return views


def join(views: list[RepositoriesView]) -> list[str]:
    return [name for view in views for name in view.repositories]


async def test_a_short_catalog_is_one_page(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    fill(memory_registry)

    view = await list_repositories(client)

    assert view.to_json() == {
        "registry": "memory:5000",
        "repositories": NAMES,
        "next": None,
        "catalog_error": None,
    }


@pytest.mark.parametrize("style", STYLES)
async def test_next_leads_through_the_whole_catalog(
    memory_registry: MemoryRegistry, client: RegistryClient, style: Any
) -> None:
    memory_registry.switches.link_style = style
    memory_registry.switches.short_page_size = 10
    fill(memory_registry)

    views = await follow(client, n=10)

    assert [len(view.repositories) for view in views] == [10, 10, 5]
    assert join(views) == NAMES
    assert views[0].next is not None
    assert views[0].next.startswith("/api/v1/registries/memory:5000/repositories?n=10&cursor=")


async def test_a_small_page_loses_nothing_where_the_registry_has_neither_order_nor_link(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    memory_registry.switches.order = "random"
    fill(memory_registry)

    assert sorted(join(await follow(client, n=4))) == NAMES
    assert len(memory_registry.requests) == 1


async def test_short_pages_are_followed_to_the_end(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    memory_registry.switches.short_page_size = 3
    fill(memory_registry)

    assert join(await follow(client, n=10)) == NAMES


async def test_an_empty_page_after_an_exact_fit_is_the_end(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    memory_registry.switches.links_exact_fit = True
    memory_registry.switches.short_page_size = 5
    fill(memory_registry)

    assert join(await follow(client, n=5)) == NAMES
    assert join(await follow(client, n=5, q="app")) == NAMES


async def test_a_list_goes_on_after_a_name(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    fill(memory_registry)

    assert join(await follow(client, n=4, last="team/app-019")) == NAMES[20:]


@pytest.mark.parametrize("style", STYLES)
async def test_a_filter_sees_all_pages_and_can_be_paged(
    memory_registry: MemoryRegistry, client: RegistryClient, style: Any
) -> None:
    memory_registry.switches.link_style = style
    memory_registry.switches.short_page_size = 4
    fill(memory_registry)

    views = await follow(client, n=3, q="APP-01")

    assert join(views) == NAMES[10:20]
    assert [len(view.repositories) for view in views[:-1]] == [3, 3, 3]


async def test_a_filter_that_runs_out_of_time_answers_what_it_found_and_where_to_go_on(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    fill(memory_registry)
    memory_registry.switches.short_page_size = 5
    stuck = asyncio.Event()

    async def stall(_: Request) -> None:
        if memory_registry.count_requests("GET", "_catalog") == 3:
            await stuck.wait()

    memory_registry.on_request = stall

    view = await list_repositories(client, q="app", budget_seconds=2)
    memory_registry.on_request = None

    assert list(view.repositories) == NAMES[:10]
    assert view.next is not None
    cursor = parse_qs(urlsplit(view.next).query)["cursor"][0]
    assert join(await follow(client, q="app", cursor=cursor)) == NAMES[10:]


async def test_a_catalog_that_never_answers_is_a_timeout(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    stuck = asyncio.Event()

    async def stall(_: Request) -> None:
        await stuck.wait()

    memory_registry.on_request = stall

    with pytest.raises(RegistryTimeout):
        await list_repositories(client, budget_seconds=0.1)


async def test_a_link_that_leads_to_itself_ends(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    memory_registry.switches.link_style = "loop"
    memory_registry.switches.short_page_size = 10
    fill(memory_registry)

    assert join(await follow(client, n=10)) == NAMES[:10]
    assert join(await follow(client, n=3)) == NAMES[:10]


@pytest.mark.parametrize("length", [2, 3, 7])
@pytest.mark.parametrize("has_other_cursors", [False, True])
async def test_pages_that_lead_in_a_circle_end(
    memory_registry: MemoryRegistry, client: RegistryClient, length: int, has_other_cursors: bool
) -> None:
    def circle(request: Request) -> Answer:
        number = int(request.get_query("page") or 0)
        page = number % length
        names = json.dumps({"repositories": [f"app-{page}-{n}" for n in range(4)]})
        following = number + 1 if has_other_cursors else (number + 1) % length
        link = f'</v2/_catalog?page={following}>; rel="next"'
        return Answer(200, {"Link": link}, names.encode())

    memory_registry.on_request = circle

    for n in (3, 4):
        views = await follow(client, n=n)
        assert {name for view in views for name in view.repositories} == {
            f"app-{page}-{n}" for page in range(length) for n in range(4)
        }
    assert join(await follow(client, q="nothing like it")) == []


async def test_names_of_the_inventory_are_added_where_they_belong(
    memory_registry: MemoryRegistry, make_client: MakeClient
) -> None:
    fill(memory_registry)
    extra = ("zoo/keeper", "alpha", NAMES[3])

    view = await list_repositories(make_client(repositories=extra))

    assert list(view.repositories) == ["alpha", *NAMES, "zoo/keeper"]
    assert view.next is None


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 10, 27, 100])
@pytest.mark.parametrize("q", [None, "a"])
async def test_no_name_of_inventory_and_catalog_is_lost_or_comes_twice(
    memory_registry: MemoryRegistry, make_client: MakeClient, n: int, q: str | None
) -> None:
    fill(memory_registry)
    client = make_client(repositories=("zoo/a", "alpha", NAMES[3], NAMES[24]))

    views = await follow(client, n=n, q=q)

    assert sorted(join(views)) == sorted([*NAMES, "zoo/a", "alpha"])
    assert all(len(view.repositories) <= n for view in views)


@pytest.mark.parametrize("n", [1, 2, 3, 100])
async def test_pages_after_a_name_hold_nothing_before_it_and_nothing_twice(
    memory_registry: MemoryRegistry, make_client: MakeClient, n: int
) -> None:
    fill(memory_registry)
    client = make_client(repositories=("alpha", NAMES[3], NAMES[24], "zoo/a", "zoo/b"))

    names = join(await follow(client, n=n, last=NAMES[20]))

    assert sorted(names) == [*NAMES[21:], "zoo/a", "zoo/b"]


@pytest.mark.parametrize("status", [401, 403, 404, 405])
async def test_the_inventory_stands_in_where_there_is_no_catalog(
    memory_registry: MemoryRegistry, make_client: MakeClient, status: int
) -> None:
    memory_registry.switches.has_catalog = False
    memory_registry.switches.catalog_status = status
    client = make_client(repositories=("library/nginx", "library/alpine"))

    assert (await list_repositories(client)).to_json() == {
        "registry": "memory:5000",
        "repositories": ["library/alpine", "library/nginx"],
        "next": None,
        "catalog_error": None,
    }
    assert join(await follow(client, n=1)) == ["library/alpine", "library/nginx"]
    assert join(await follow(client, q="NGINX")) == ["library/nginx"]
    assert join(await follow(client, last="library/alpine")) == ["library/nginx"]


async def test_names_of_the_inventory_are_shown_whatever_the_catalog_does(
    memory_registry: MemoryRegistry, make_client: MakeClient
) -> None:
    def fail(request: Request) -> Answer | None:
        return refuse(500, "UNKNOWN", "no disk") if "_catalog" in request.path else None

    memory_registry.on_request = fail
    view = await list_repositories(make_client(repositories=("library/nginx",)))

    assert (view.repositories, view.next) == (("library/nginx",), None)
    assert view.catalog_error is not None
    assert "no disk" in view.catalog_error.message
    with pytest.raises(RegistryProtocol):
        await list_repositories(make_client())


async def test_names_of_the_inventory_do_not_wait_for_a_slow_catalog(
    memory_registry: MemoryRegistry, make_client: MakeClient
) -> None:
    fill(memory_registry)
    is_stuck = True

    async def stall(request: Request) -> None:
        while is_stuck and "_catalog" in request.path:
            await asyncio.Event().wait()

    memory_registry.on_request = stall
    client = make_client(repositories=("library/nginx",))
    view = await list_repositories(client, patience_seconds=0.05)
    assert view.repositories == ("library/nginx",)
    is_stuck = False

    assert view.next is not None
    cursor = parse_qs(urlsplit(view.next).query)["cursor"][0]
    assert list((await list_repositories(client, cursor=cursor)).repositories) == NAMES


async def test_catalog_that_the_inventory_switches_off_is_not_asked_for(
    memory_registry: MemoryRegistry, make_client: MakeClient
) -> None:
    fill(memory_registry)
    client = make_client(repositories=("library/nginx",), has_catalog=False)

    assert (await list_repositories(client)).repositories == ("library/nginx",)
    with pytest.raises(Unsupported, match="repositories: in inventory"):
        await list_repositories(make_client(has_catalog=False))
    assert memory_registry.count_requests("GET", "_catalog") == 0


@pytest.mark.parametrize(
    ("timeout_seconds", "is_on_lambda", "call_seconds"),
    [(10, False, 20), (60, False, 60), (60, True, 20)],
)
def test_a_longer_timeout_counts_but_on_lambda(
    monkeypatch: pytest.MonkeyPatch,
    timeout_seconds: float,
    is_on_lambda: bool,
    call_seconds: float,
) -> None:
    if is_on_lambda:
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    assert choose_call_seconds(timeout_seconds) == call_seconds


async def test_without_catalog_and_inventory_the_answer_says_what_to_do(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    memory_registry.switches.has_catalog = False

    with pytest.raises(Unsupported, match="repositories: in inventory"):
        await list_repositories(client)


async def test_a_catalog_that_is_refused_is_denied_where_the_inventory_names_nothing(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    memory_registry.switches.has_catalog = False
    memory_registry.switches.catalog_status = 403

    with pytest.raises(Denied):
        await list_repositories(client)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "1",
        "1~2",
        "1~2~",
        "-1~5~~",
        "1~x~~",
        "1~2~x~",
        "1~2~abc.1.2~",
        "own~",
        "own~-1",
        "own~x",
        "9999999~1~~",
        "²~1~~",
    ],
)
async def test_a_malformed_cursor_is_a_bad_request(client: RegistryClient, cursor: str) -> None:
    with pytest.raises(BadRequest):
        await list_repositories(client, cursor=cursor)


async def test_an_absurd_skip_ends_the_list(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    fill(memory_registry)

    view = await list_repositories(client, cursor="99999~100~~")

    assert (view.repositories, view.next) == ((), None)


async def test_a_fresh_list_goes_to_the_registry(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    fill(memory_registry, ["a"])
    await list_repositories(client)
    fill(memory_registry, ["b"])

    assert (await list_repositories(client)).repositories == ("a",)
    assert (await list_repositories(client, fresh=True)).repositories == ("a", "b")
