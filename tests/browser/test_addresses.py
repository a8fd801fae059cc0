"""Every page with every hostile name in its address: it asks for what checked names allow alone."""

from collections.abc import Callable, Iterator
from itertools import cycle
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Request

from reglite.config.key_path import KeyPath
from reglite.credentials.docker_config import DockerConfig
from reglite.demo.registry import MemoryRegistry
from reglite.errors import BadRequest, ConfigurationError
from reglite.inventory.allowed_keys import RegistrySection
from reglite.inventory.entry import read_entry
from reglite.reference import parse_digest, parse_repository, parse_tag
from tests.browser.conftest import ServeSite
from tests.functions.content import DIGEST, REPOSITORY, TAG, fill
from tests.support.browser import Watch

GOOD = {"registry": "nas", "repository": REPOSITORY, "tag": TAG, "digest": DIGEST}
PAGES = {
    "index": (),
    "api": (),
    "repositories": ("registry",),
    "tags": ("registry", "repository"),
    "manifest": ("registry", "repository", "tag", "digest"),
}
FRAME = {"/api/v1/session", "/api/v1/registries", "/api/v1/registries/nas/status"}

# What may stand for any name; `*` is the good one. Last: what the grammar allows and nobody has.
HOSTILE = [
    "..", ".", "../..", "*/..", "../*", "*/../../../../other-app/collect", "..\\..", "*\\..\\..",
    "/", "//evil.example", "*/", "/*", "%2e%2e", ".%2e", "%2e%2e%2f%2e%2e", "*%2f..", "*?n=1",
    "*#", "*&all=true", "*;x", ".\t.", ".\n.", "*\n", "*\x00", "* ", " ", "\uff0e\uff0e",
    "\u2024\u2024", "*\u202e", "\U0001f600", "https://evil.example", "javascript:alert(1)",
    "@evil.example", "*:1/../..", "$(id)", "<img src=x>", "__proto__", "constructor", "undefined",
    "null", "sha256:..", f"{DIGEST}/../../blobs/{DIGEST}", f"{DIGEST}/..", DIGEST.upper(),
    "a" * 300, "gone", "gone.a-b", "..gone", f"sha256:{'0' * 64}",
]  # fmt: skip
OTHER_KEYS = ("platform", "all", "q", "sort", "order", "namespace", "view", "cursor", "n")


def list_addresses() -> Iterator[str]:
    """Yield pages with queries: one name hostile at a time, all at once, twice, every other key.

    That each text is refused for each kind of name, ``tests/property/test_page_grammar.py`` tells.
    """
    folders = cycle(["", "ru/"])
    for page, names in PAGES.items():
        good = {name: GOOD[name] for name in names if name != "digest"}
        for text, name in zip(HOSTILE, cycle(names), strict=False) if names else ():
            query = {**good, name: text.replace("*", GOOD[name])}
            if name == "digest":
                del query["tag"]
            yield f"{next(folders)}{page}.html?{urlencode(query)}"
        for text in HOSTILE[:4]:
            evil = {name: text.replace("*", GOOD[name]) for name in GOOD}
            yield f"{next(folders)}{page}.html?{urlencode({**evil, 'all': ''})}"
        for name in names:
            for twice in ([GOOD[name], "../.."], ["../..", GOOD[name]]):
                yield f"{page}.html?{urlencode({**good, name: twice}, doseq=True)}"
        others = dict.fromkeys(OTHER_KEYS, "../../..#?&\n")
        yield f"{page}.html?{urlencode({**good, **others})}"


def read_registry(name: str) -> object:
    section = RegistrySection(url="http://localhost:5000")
    return read_entry(name, section, KeyPath("inventory.yaml", None), DockerConfig())  # type: ignore[arg-type]


PARSERS: dict[str, Callable[[str], object]] = {
    "registry": read_registry,
    "repository": parse_repository,
    "tag": parse_tag,
    "digest": parse_digest,
}


def check_names(query: str) -> dict[str, str]:
    """Return the names that an address may act on: the last of each, if all keep to the grammar."""
    asked = {k: v for k, v in parse_qsl(query, keep_blank_values=True) if k in PARSERS and v}
    try:
        for kind, name in asked.items():
            PARSERS[kind](name)
    except (BadRequest, ConfigurationError):
        return {}
    return asked


def list_allowed(names: dict[str, str]) -> set[str]:
    """Return the paths that a page may ask for: of its own names and of what the registry lists."""
    allowed = set(FRAME)
    for registry in {"nas", names.get("registry", "nas")}:
        base = f"/api/v1/registries/{registry}"
        allowed |= {f"{base}/status", f"{base}/repositories"}
        for repository in {REPOSITORY, names.get("repository", REPOSITORY)}:
            place = f"{base}/repositories/{repository}"
            allowed |= {f"{place}/tags", f"{place}/summaries"}
            allowed |= {f"{place}/tags/{tag}/manifest" for tag in {TAG, names.get("tag", TAG)}}
            for digest in {DIGEST, names.get("digest", DIGEST)}:
                allowed |= {f"{place}/manifests/{digest}", f"{place}/manifests/{digest}/referrers"}
    return allowed


def test_no_address_makes_a_page_ask_outside_of_what_its_names_allow(
    serve: Callable[..., str],
    serve_site: ServeSite,
    memory_registry: MemoryRegistry,
    watch_page: Callable[..., Watch],
    site_files: dict[str, bytes],
) -> None:
    fill(memory_registry)
    base = serve_site(serve(memory_registry))
    watch = watch_page(base)
    page = watch.page
    page.add_init_script(
        "localStorage.setItem('rl-language', location.pathname.startsWith('/ru/') ? 'ru' : 'en')"
    )
    asked: list[str] = []

    def note(request: Request) -> None:
        parts = urlsplit(request.url)
        is_file = parts.path.removeprefix("/") in site_files
        if not is_file or f"{parts.scheme}://{parts.netloc}" != base or request.method != "GET":
            asked.append(f"{request.method} {request.url.removeprefix(base).partition('?')[0]}")

    page.on("request", note)
    addresses = list(list_addresses())
    for address in addresses:
        asked.clear()
        page.goto(f"{base}/{address}")
        page.locator("#who:not([hidden])").wait_for(state="attached")
        page.locator("#content:not([aria-busy=true])").wait_for()
        allowed = {f"GET {path}" for path in list_allowed(check_names(urlsplit(address).query))}
        assert set(asked) <= allowed, address
    assert len(addresses) > 150
    assert watch.page_errors == []
    assert watch.foreign_requests == []
