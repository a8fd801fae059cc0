"""The catalog and tag lists show every way of paging that registries have."""

import re
from urllib.parse import urljoin

import pytest

from reglite import media_types
from reglite.demo.registry import MemoryRegistry
from tests.demo.conftest import Ask

NAMES = ["a", "a/b", "a-b", "team/app", "z"]
INDEX = b'{"schemaVersion":2,"manifests":[]}'


@pytest.fixture
def registry(memory_registry: MemoryRegistry) -> MemoryRegistry:
    for name in NAMES:
        memory_registry.put_manifest(name, INDEX, media_types.OCI_INDEX, "v1")
    return memory_registry


def _walk(ask: Ask, start: str, *, most: int = 20) -> list[list[str]]:
    """Follow the links; returns the pages."""
    pages: list[list[str]] = []
    target: str | None = start
    while target is not None and len(pages) < most:
        answer = ask("GET", target)
        document = answer.json()
        pages.append(document.get("repositories", document.get("tags")))
        link = re.match("<([^>]*)>", answer.headers.get("Link", ""))
        target = urljoin(target, link[1]) if link else None
    return pages


def test_order_is_per_path_component(ask: Ask, registry: MemoryRegistry) -> None:
    assert _walk(ask, "/v2/_catalog?n=2") == [["a", "a/b"], ["a-b", "team/app"], ["z"]]


def test_order_may_be_bytewise(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.order = "bytewise"
    assert _walk(ask, "/v2/_catalog?n=2") == [["a", "a-b"], ["a/b", "team/app"], ["z"]]


def test_random_order_ignores_last_and_links_nowhere(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.order = "random"
    answer = ask("GET", "/v2/_catalog?n=5&last=z")
    assert sorted(answer.json()["repositories"]) == sorted(NAMES)
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    ("style", "link"),
    [
        ("relative", '</v2/_catalog?last=a-b&n=2>; rel="next"'),
        ("absolute", '<http://memory/v2/_catalog?last=a-b&n=2>; rel="next"'),
        ("unquoted", "</v2/_catalog?last=a-b&n=2>; rel=next"),
        ("foreign", '<http://elsewhere.internal:8081/v2/_catalog?last=a-b&n=2>; rel="next"'),
        ("loop", '</v2/_catalog?last=a&n=2>; rel="next"'),
    ],
)
def test_links_come_in_every_style(
    ask: Ask, registry: MemoryRegistry, style: str, link: str
) -> None:
    registry.switches.link_style = style  # type: ignore[assignment]
    answer = ask("GET", "/v2/_catalog?n=2&last=a")
    assert answer.json()["repositories"] == ["a/b", "a-b"]
    assert answer.headers["Link"] == link


def test_opaque_links_ignore_last(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.link_style = "opaque"
    answer = ask("GET", "/v2/_catalog?n=2&last=a")
    assert answer.json()["repositories"] == ["a", "a/b"]
    assert re.fullmatch(r'</v2/_catalog\?next_page=[^&>]+&n=2>; rel="next"', answer.headers["Link"])


def test_opaque_pages_lead_through_everything(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.link_style = "opaque"
    assert _walk(ask, "/v2/_catalog?n=2") == [["a", "a/b"], ["a-b", "team/app"], ["z"]]


def test_looping_links_never_end(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.link_style = "loop"
    pages = _walk(ask, "/v2/_catalog?n=2", most=4)
    assert pages == [["a", "a/b"]] * 4


def test_short_pages_are_not_the_last(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.short_page_size = 1
    assert _walk(ask, "/v2/_catalog?n=100") == [["a"], ["a/b"], ["a-b"], ["team/app"], ["z"]]


@pytest.mark.parametrize(("links", "pages"), [(False, 1), (True, 2)])
def test_an_exact_fit_may_link_to_an_empty_page(
    ask: Ask, registry: MemoryRegistry, links: bool, pages: int
) -> None:
    registry.switches.links_exact_fit = links
    assert len(_walk(ask, "/v2/_catalog?n=5")) == pages


def test_n_above_the_maximum_is_refused(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.max_n = 4
    answer = ask("GET", "/v2/_catalog?n=5")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "PAGINATION_NUMBER_INVALID"
    assert ask("GET", "/v2/_catalog?n=4").status_code == 200


def test_page_size_is_the_default_for_n(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.page_size = 3
    assert [len(page) for page in _walk(ask, "/v2/_catalog")] == [3, 2]


def test_without_a_catalog_the_body_is_empty(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.has_catalog = False
    answer = ask("GET", "/v2/_catalog")
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    ("emptied", "status", "tags"), [("null", 200, None), ("empty", 200, []), ("unknown", 404, "")]
)
def test_emptied_repositories_show_in_three_ways(
    ask: Ask, registry: MemoryRegistry, emptied: str, status: int, tags: list[str] | None
) -> None:
    registry.switches.emptied_tags = emptied  # type: ignore[assignment]
    registry.remove_tag("z", "v1")
    answer = ask("GET", "/v2/z/tags/list")
    assert answer.status_code == status
    assert "z" in ask("GET", "/v2/_catalog").json()["repositories"]
    if status == 200:
        assert answer.json()["tags"] == tags
    else:
        assert answer.json()["errors"][0]["code"] == "NAME_UNKNOWN"


def test_tags_are_paged_where_the_registry_pages_them(ask: Ask, registry: MemoryRegistry) -> None:
    registry.put_manifest("z", INDEX, media_types.OCI_INDEX, "v2", "v3")
    assert _walk(ask, "/v2/z/tags/list?n=2") == [["v1", "v2"], ["v3"]]
    assert _walk(ask, "/v2/z/tags/list?n=2&last=v2") == [["v3"]]


def test_n_of_tags_may_be_clamped(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.max_tags_n = 2
    registry.put_manifest("z", INDEX, media_types.OCI_INDEX, "v2", "v3")
    assert _walk(ask, "/v2/z/tags/list?n=9") == [["v1", "v2"], ["v3"]]


def test_tags_may_come_at_once_and_unsorted(ask: Ask, registry: MemoryRegistry) -> None:
    registry.switches.has_tag_pages = False
    names = [f"v{number}" for number in range(30)]
    registry.put_manifest("z", INDEX, media_types.OCI_INDEX, *names)
    (tags,) = _walk(ask, "/v2/z/tags/list?n=2&last=v2")
    assert sorted(tags) == sorted(names)
    assert tags != sorted(names)
