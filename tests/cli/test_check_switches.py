"""``reglite check`` at every way the in-memory registry can behave: words to act on, or all well.

A switch without a line here is a failure: whoever adds one decides what an operator is told.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reglite.cli.main import main
from reglite.demo import recipes
from reglite.demo.builder import ImageBuilder
from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches

Run = Callable[["Case"], str]

NOWHERE = "http://127.0.0.1:9"
REFUSED = "the credentials from inventory were not enough"
AWAY = "All connection attempts failed"


@dataclass(frozen=True)
class Case:
    """One value of one switch beside others, and what ``check`` then says.

    Without ``says`` nothing is wrong: the registry is online, and what works there is known.
    """

    switch: str
    value: Any
    says: tuple[str, ...] = ()
    beside: dict[str, Any] = field(default_factory=dict)
    fails: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return f"{self.switch}={self.value!r}"[:60]


BASIC = {"auth": "basic"}
BEARER = {"auth": "bearer"}
REALM = "names it as realm (auth.token.realm of distribution)"
NO_CATALOG = "There is no catalog for these credentials: open a repository by its name"

CASES = [
    # Authentication.
    Case("auth", "basic"),
    Case("auth", "bearer"),
    Case("auth", "none", ("unchecked: they were sent, but never needed",)),
    Case("username", "ana", ("correct username and password",), BASIC, fails=True),
    Case("password", "other", ("correct username and password",), BASIC, fails=True),
    Case("password", "other", ("correct username and password",), BEARER, fails=True),
    Case("identity_token", "an-identity-token", (), BEARER),
    Case("denied_actions", frozenset({"pull"}), ("team/app can't be read", REFUSED), fails=True),
    Case("denied_actions", frozenset({"push"})),
    Case("denied_actions", frozenset({"delete"}), ("Whether it deletes is not known", REFUSED)),
    Case("denied_actions", frozenset({"*"}), (NO_CATALOG, "repositories: [team/app]")),
    Case("stranger_repositories", frozenset(), ("are unchecked",), BASIC),
    Case("is_asking_politely", True, (), {**BASIC, "stranger_repositories": frozenset()}),
    Case("has_challenge", False, (), BASIC),
    # Its token server.
    Case(
        "realm",
        f"{NOWHERE}/token",
        (f"token server 127.0.0.1:9: cannot be reached ({AWAY}", REALM),
        BEARER,
        fails=True,
    ),
    Case(
        "realm",
        "http://169.254.169.254/token",
        ("was not asked: it is a link-local", REALM),
        BEARER,
        fails=True,
    ),
    Case("realm", "token", ("its token server is no http(s) URL", REALM), BEARER, fails=True),
    Case("service", None, (), BEARER),
    Case("challenge_has_scope", False, (), BEARER),
    Case("token_field", "access_token", (), BEARER),
    Case("token_field", "both", (), BEARER),
    Case(
        "token_seconds",
        0.0,
        (
            "does not accept the token that its own token server gave",
            "check that both clocks are right",
        ),
        BEARER,
        fails=True,
    ),
    Case("token_has_expires_in", False, (), BEARER),
    Case("token_post_status", 404, (), BEARER),
    Case(
        "granted_actions",
        frozenset(),
        (NO_CATALOG, "Whether it deletes is not known", REFUSED),
        BEARER,
    ),
    Case("is_pull_anonymous", True, (), BEARER),
    # Lists.
    Case("has_catalog", False, (NO_CATALOG, "repositories: [team/app]")),
    Case("has_catalog", False, (), settings={"repositories": ["team/app"]}),
    Case("catalog_status", 401, (NO_CATALOG,), {"has_catalog": False}),
    Case(
        "is_catalog_for_admins",
        True,
        ("Its catalog is empty: nothing was pushed, or these credentials may see none",),
    ),
    Case("has_harbor_list", True),
    Case(
        "has_harbor_list",
        True,
        (),
        {**BEARER, "service": "harbor-registry", "is_catalog_for_admins": True},
    ),
    Case("page_size", 1),
    Case("max_n", 1),
    Case("max_tags_n", 1),
    Case("has_tag_pages", False),
    Case("short_page_size", 1),
    *(Case("link_style", style) for style in ("absolute", "unquoted", "opaque", "foreign", "none")),
    Case("link_style", "loop", (), {"links_exact_fit": True}),
    Case("links_exact_fit", True),
    Case("order", "random"),
    *(Case("emptied_tags", style) for style in ("null", "unknown")),
    # Manifests and blobs.
    Case("is_accept_strict", True),
    Case("sends_content_digest", False),
    Case("manifest_content_type", "text/plain"),
    Case("head_status", 405),
    Case("checks_references", False),
    Case("accepts_empty_index", False),
    Case(
        "blob_redirect",
        NOWHERE,
        (
            "team/app:latest is read in part: REGISTRY_UNREACHABLE",
            "the registry keeps it at 127.0.0.1:9, which can't be reached",
            "storage.redirect.disable",
        ),
        fails=True,
    ),
    Case(
        "blob_redirect",
        "http://169.254.169.254",
        ("team/app:latest is read in part", "storage.redirect.disable"),
        fails=True,
    ),
    Case(
        "failing_manifest_reads",
        9,
        (
            "team/app:latest can't be read: REGISTRY_PROTOCOL",
            "where others can be read, it is damaged",
        ),
        fails=True,
    ),
    Case("damaged_tags", frozenset({"latest"}), ("team/app:latest can't be read",), fails=True),
    # Deletion: what can be told without deleting anything.
    Case(
        "delete", "405", ("Deletion is off in the registry", "REGISTRY_STORAGE_DELETE_ENABLED=true")
    ),
    Case("delete", "400", ("Deletion is off in the registry",)),
    Case("delete", "plain-404", ("Whether it deletes is not known", "a deletion tells")),
    Case("untag", "400", ("deletes no single tags", "needs the right to push")),
    Case("untag", "405", ("deletes no single tags",)),
    Case("untag", "plain-404"),
    Case(
        "bar",
        "immutable",
        (
            "Whether it deletes is not known",
            "a rule of the registry makes this tag immutable: change the rule there",
        ),
    ),
    Case(
        "bar",
        "read-only",
        ("It does not delete now", "read-only for now: try again later, or ask who runs it"),
    ),
    Case(
        "bar",
        "pull-through",
        ("this is a pull-through cache: delete at the registry that it mirrors",),
    ),
    Case("is_shared_digest_kept", True),
    Case("is_child_kept", True),
    Case("is_tagged_kept", True),
    Case("keeps_tags", True),
    Case("has_lagging_lists", True),
    Case("forgets_pushes", True),
    Case("half_deletions", 1),
    # Referrers.
    Case("has_referrers", False),
    Case("applies_referrers_filter", False),
    Case("referrers_redirect", f"{NOWHERE}/packages"),
    # Errors and limits.
    *(
        Case(
            "error_style",
            style,
            ("team/app can't be read: DENIED", REFUSED),
            {"denied_actions": frozenset({"pull"})},
            fails=True,
        )
        for style in ("string", "none", "plain", "empty", "mislabelled", "html")
    ),
    Case(
        "rate_limited_requests",
        99,
        ("It is there and limits requests: wait a while",),
        {"retry_after": "none"},
        fails=True,
    ),
    Case("retry_after", "date", (), {"rate_limited_requests": 1}),
    Case(
        "retry_after_seconds",
        600,
        ("It is there and limits requests: wait a while",),
        {"rate_limited_requests": 99},
        fails=True,
    ),
    Case(
        "latency_seconds",
        {"_catalog": 5.0},
        ("Its repositories can't be listed now", "catalog: false with repositories:"),
        settings={"timeout_seconds": 0.3},
    ),
    Case(
        "latency_seconds",
        {".": 5.0},
        ("larger timeout_seconds",),
        settings={"timeout_seconds": 0.3},
        fails=True,
    ),
    Case("server_headers", {}),
    Case(
        "prefix", "/team", ("no registry API there", "check the url, its path prefix"), fails=True
    ),
]


def test_every_switch_has_its_words() -> None:
    assert {case.switch for case in CASES} == {field.name for field in fields(Switches)}


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., str]) -> Run:
    """Run the command at a registry that behaves so, and return what it prints."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.delenv("REGLITE_REGISTRIES", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(case: Case) -> str:
        registry = MemoryRegistry()
        ImageBuilder(registry, "team/app", recipes.PAYMENTS).build_image(
            "latest", version="1.0.0", created=None
        )
        registry.switches = Switches(**case.beside, **{case.switch: case.value})
        entry = {"username": "demo", "password": "demo", **case.settings, "url": serve(registry)}
        (tmp_path / "inventory.yaml").write_text(json.dumps({"inventory": {"it": entry}}))
        result = CliRunner().invoke(main, ["check"], prog_name="reglite")
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert result.exit_code == int(case.fails), result.output
        return result.stdout

    return run


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said_can_be_acted_on(case: Case, check: Run) -> None:
    said = check(case)
    for words in case.says:
        assert words in said
    if not case.says:
        assert "it        online" in said
        assert "not known" not in said
        assert "can't" not in said
