"""The inventory: what loads, and what is refused in words that a person can act on."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reglite.errors import ConfigurationError
from reglite.inventory import allowed_keys as document
from reglite.inventory.load import Inventory, RegistryConfig, load_inventory
from reglite.reference import Repository
from tests.support.errors import list_causes

Load = Callable[..., Inventory]

SECRET = "hunter2-very-secret"
EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment without any Docker login."""
    return {"HOME": str(tmp_path / "home"), "DOCKER_CONFIG": str(tmp_path / "docker")}


@pytest.fixture
def load(tmp_path: Path, environ: dict[str, str]) -> Load:
    """Load an inventory of this text."""

    def load_text(text: str, **variables: str) -> Inventory:
        (tmp_path / "inventory.yaml").write_text(text, "utf-8")
        return load_inventory(working_folder=tmp_path, environ={**environ, **variables})

    return load_text


def write_docker(tmp_path: Path, config: object) -> None:
    folder = tmp_path / "docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")


def get_one(inventory: Inventory) -> RegistryConfig:
    (config,) = inventory.registries
    return config


def resolve(config: RegistryConfig) -> tuple[str, str] | None:
    credentials = asyncio.run(config.credential.resolve())
    return (credentials.username, credentials.password) if credentials else None


class TestWhatLoads:
    def test_an_absent_default_file_is_an_empty_inventory(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        inventory = load_inventory(working_folder=tmp_path, environ=environ)
        assert inventory.registries == ()
        assert inventory.path is None
        assert inventory.access.anonymous == "viewer"

    @pytest.mark.parametrize("text", ["", "# only a comment\n", "inventory:\n", "access: {}\n"])
    def test_an_inventory_without_entries_is_empty(self, load: Load, text: str) -> None:
        assert load(text).registries == ()

    def test_a_minimal_entry_gets_the_defaults(self, load: Load) -> None:
        config = get_one(load("inventory: {local: {url: 'http://localhost:5000/'}}"))
        assert config.name == "local"
        assert config.url == "http://localhost:5000"
        assert config.source == "inventory"
        assert config.pull_host == "localhost:5000"
        assert config.credential.kind == "none"
        assert config.credential.label == "none"
        assert config.can_delete is True
        assert config.timeout_seconds == 10
        assert config.max_connections == 4
        assert config.http_fallback is False

    def test_every_option_of_an_entry_arrives(self, load: Load, tmp_path: Path) -> None:
        for name in ("ca.pem", "cert.pem", "key.pem"):
            (tmp_path / name).write_text("PEM")
        config = get_one(
            load(
                """
                inventory:
                  "88.88.88.88:5000":
                    url: https://88.88.88.88:5000/prefix/
                    repositories: [library/nginx, team/project/app]
                    pull_host: pull.example.com
                    delete: false
                    protect: [latest, "v*"]
                    ca_file: ca.pem
                    insecure: true
                    client_cert: cert.pem
                    client_key: key.pem
                    timeout_seconds: 2.5
                    max_connections: 8
                """
            )
        )
        assert config == RegistryConfig(
            name="88.88.88.88:5000",
            url="https://88.88.88.88:5000/prefix",
            source="inventory",
            pull_host="pull.example.com",
            repositories=(Repository("library/nginx"), Repository("team/project/app")),
            can_delete=False,
            protect=("latest", "v*"),
            ca_file=tmp_path / "ca.pem",
            insecure=True,
            client_cert=tmp_path / "cert.pem",
            client_key=tmp_path / "key.pem",
            timeout_seconds=2.5,
            max_connections=8,
        )

    def test_docker_hub_is_pulled_from_docker_io_unless_told_otherwise(self, load: Load) -> None:
        inventory = load(
            "inventory:\n"
            "  a: {url: 'https://registry-1.docker.io'}\n"
            "  b: {url: 'https://docker.io'}\n"
            "  c: {url: 'https://registry-1.docker.io', pull_host: mirror.example.com}\n"
        )
        assert {config.url for config in inventory.registries} == {"https://registry-1.docker.io"}
        hosts = [config.pull_host for config in inventory.registries]
        assert hosts == ["docker.io", "docker.io", "mirror.example.com"]

    def test_the_order_of_the_file_is_kept(self, load: Load) -> None:
        names = ["zeta", "alpha", "mid"]
        text = "".join(f"  {name}: {{url: 'http://{name}:5000'}}\n" for name in names)
        assert [c.name for c in load("inventory:\n" + text).registries] == names

    def test_anchors_and_merges_work(self, load: Load) -> None:
        inventory = load(
            "inventory:\n"
            "  a: &base {url: 'http://a:5000', delete: false}\n"
            "  b: {<<: *base, url: 'http://b:5000'}\n"
        )
        assert [c.can_delete for c in inventory.registries] == [False, False]

    def test_an_inventory_in_the_environment_is_the_yaml_itself(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        (tmp_path / "inventory.yaml").write_text("inventory: {file: {url: 'http://file:5000'}}")
        environ["REGLITE_INVENTORY"] = "inventory: {env: {url: 'http://env:5000'}}"
        inventory = load_inventory(working_folder=tmp_path, environ=environ)
        assert get_one(inventory).name == "env"
        assert inventory.path == "REGLITE_INVENTORY"

    def test_the_flag_wins_over_every_variable(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        (tmp_path / "flag.yaml").write_text("inventory: {flag: {url: 'http://flag:5000'}}")
        (tmp_path / "variable.yaml").write_text("inventory: {var: {url: 'http://var:5000'}}")
        environ["REGLITE_CONFIG_FILE"] = "variable.yaml"
        environ["REGLITE_INVENTORY"] = "inventory: {env: {url: 'http://env:5000'}}"
        by_flag = load_inventory(config_file="flag.yaml", working_folder=tmp_path, environ=environ)
        assert get_one(by_flag).name == "flag"
        del environ["REGLITE_INVENTORY"]
        by_variable = load_inventory(working_folder=tmp_path, environ=environ)
        assert get_one(by_variable).name == "var"
        assert by_variable.path == "variable.yaml"

    def test_files_are_found_beside_the_inventory_that_names_them(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        folder = tmp_path / "etc"
        folder.mkdir()
        (folder / "password").write_text(SECRET + "\n")
        (folder / "i.yaml").write_text(
            "inventory: {a: {url: 'http://a', username: u, password_file: password}}"
        )
        inventory = load_inventory(
            config_file="etc/i.yaml", working_folder=tmp_path, environ=environ
        )
        assert resolve(get_one(inventory)) == ("u", SECRET)

    def test_importing_it_loads_neither_httpx_nor_yaml_nor_botocore(self) -> None:
        code = (
            "import sys, reglite.inventory.load\n"
            "print([m for m in ('httpx', 'yaml', 'botocore', 'click') if m in sys.modules])"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert result.stdout.strip() == "[]"


class TestUrlsFromTheCommandLine:
    def test_a_url_is_a_registry_named_by_its_host(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        inventory = load_inventory(
            urls=["https://registry.example.com:8443/some/prefix/"],
            working_folder=tmp_path,
            environ=environ,
        )
        config = get_one(inventory)
        assert config.name == "registry.example.com:8443-some-prefix"
        assert config.url == "https://registry.example.com:8443/some/prefix"
        assert config.pull_host == "registry.example.com:8443"
        assert config.source == "command-line"

    @pytest.mark.parametrize(
        ("text", "url", "fallback"),
        [
            ("localhost:5000", "https://localhost:5000", True),
            ("127.0.0.1:5000", "https://127.0.0.1:5000", True),
            ("[::1]:5000", "https://[::1]:5000", True),
            ("http://localhost:5000", "http://localhost:5000", False),
            ("registry.example.com", "https://registry.example.com", False),
            ("docker.io", "https://registry-1.docker.io", False),
        ],
    )
    def test_a_bare_host_is_treated_as_docker_treats_it(
        self, tmp_path: Path, environ: dict[str, str], text: str, url: str, fallback: bool
    ) -> None:
        config = get_one(load_inventory(urls=[text], working_folder=tmp_path, environ=environ))
        assert (config.url, config.http_fallback) == (url, fallback)

    def test_the_variable_holds_several_urls_and_arguments_win_over_it(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        environ["REGLITE_REGISTRIES"] = "http://one:5000  http://two:5000"
        inventory = load_inventory(working_folder=tmp_path, environ=environ)
        assert [c.name for c in inventory.registries] == ["one:5000", "two:5000"]
        inventory = load_inventory(
            urls=["http://three:5000"], working_folder=tmp_path, environ=environ
        )
        assert [c.name for c in inventory.registries] == ["three:5000"]

    def test_a_url_that_the_inventory_has_is_not_added_twice(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        (tmp_path / "inventory.yaml").write_text("inventory: {mine: {url: 'http://one:5000'}}")
        inventory = load_inventory(
            urls=["http://one:5000/", "http://one:5000"], working_folder=tmp_path, environ=environ
        )
        assert [c.name for c in inventory.registries] == ["mine"]

    @pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "https://127.0.0.1:5000"])
    @pytest.mark.parametrize("name", ["mine", "127.0.0.1:5000"])
    def test_a_bare_host_that_the_inventory_has_is_not_added_twice(
        self, load: Load, name: str, url: str
    ) -> None:
        text = f'inventory: {{"{name}": {{url: "{url}"}}}}'
        assert get_one(load(text, REGLITE_REGISTRIES="127.0.0.1:5000")).url == url
        assert len(load(text, REGLITE_REGISTRIES="127.0.0.1:5000/p").registries) == 2

    def test_two_urls_of_one_host_are_refused(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        with pytest.raises(ConfigurationError, match=r"command line: .*'one:5000' already"):
            load_inventory(
                urls=["http://one:5000", "https://one:5000"],
                working_folder=tmp_path,
                environ=environ,
            )

    def test_a_bad_url_in_the_variable_names_the_variable(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        environ["REGLITE_REGISTRIES"] = "ftp://one"
        with pytest.raises(ConfigurationError, match=r"^REGLITE_REGISTRIES: must begin with http"):
            load_inventory(working_folder=tmp_path, environ=environ)

    def test_an_added_registry_never_takes_the_name_of_another(self, load: Load) -> None:
        inventory = load("inventory: {demo: {url: 'http://demo:5000'}}")
        demo = RegistryConfig(name="demo", url="http://127.0.0.1:1", source="demo", pull_host="x")
        both = inventory.with_registries([demo])
        assert [(c.name, c.source) for c in both.registries] == [
            ("demo", "inventory"),
            ("demo-2", "demo"),
        ]


class TestInterpolation:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("${USER_NAME}", "ana"),
            ("a-${USER_NAME}-b-${USER_NAME}", "a-ana-b-ana"),
            ("${MISSING:-fallback}", "fallback"),
            ("${MISSING:-}x", "x"),
            ("${EMPTY:-fallback}", "fallback"),
            ("${EMPTY}x", "x"),
            ("${MISSING:-a:-b}", "a:-b"),
            ("$${USER_NAME}", "${USER_NAME}"),
            ("$$${USER_NAME}", "$${USER_NAME}"),
            ("pa$$word", "pa$$word"),
            ("$USER_NAME costs 5$", "$USER_NAME costs 5$"),
            ("{USER_NAME}", "{USER_NAME}"),
        ],
    )
    def test_values(self, load: Load, text: str, expected: str) -> None:
        config = get_one(
            load(
                f"inventory: {{a: {{url: 'http://a', username: u, password: 'x{text}'}}}}",
                USER_NAME="ana",
                EMPTY="",
            )
        )
        assert resolve(config) == ("u", "x" + expected)

    def test_a_value_is_not_yaml_again(self, load: Load) -> None:
        config = get_one(
            load(
                "inventory: {a: {url: 'http://a', username: u, password: '${P}'}}",
                P="x: [1, 2] # ${Q}\n'",
            )
        )
        assert resolve(config) == ("u", "x: [1, 2] # ${Q}\n'")

    def test_numbers_and_switches_may_come_from_variables(self, load: Load) -> None:
        config = get_one(
            load(
                "inventory: {a: {url: 'http://a', delete: '${D}', max_connections: '${N}', "
                "timeout_seconds: '${T:-2.5}'}}",
                D="false",
                N="7",
            )
        )
        assert (config.can_delete, config.max_connections) == (False, 7)
        assert config.timeout_seconds == 2.5

    def test_keys_are_not_interpolated(self, load: Load) -> None:
        with pytest.raises(ConfigurationError, match="is no name for a registry"):
            load("inventory: {'${NAME}': {url: 'http://a'}}", NAME="a")


REFUSED = [
    # (text, key path, what to do)
    ("inventory: {a: {url: 'http://a', usrname: x}}", "inventory.a.usrname", "'username'?"),
    ("inventory: {a: {url: 'http://a', colour: x}}", "inventory.a.colour", "known are url,"),
    ("inventroy: {}", "inventroy", "did you mean 'inventory'?"),
    ("access: {token: []}", "access.token", "did you mean 'tokens'?"),
    ("access: {proxy: {trust: []}}", "access.proxy.", ""),
    ("access: {grants: [{rolle: viewer}]}", "access.grants[0].", ""),
    ("inventory: {a: {username: x}}", "inventory.a.url", "is missing"),
    ("inventory: {a: }", "inventory.a", "mapping"),
    ("inventory: [a, b]", "inventory", "mapping"),
    ("[a, b]", None, "must be a mapping"),
    ("just text", None, "must be a mapping"),
    ("inventory: {a: {url: 5000}}", "inventory.a.url", "put it in quotes"),
    ("inventory: {a: {url: }}", "inventory.a.url", "has no value"),
    ("inventory: {a: {url: 'http://a', delete: }}", "inventory.a.delete", "has no value"),
    ("inventory: {a: {url: 'http://a', delete: maybe}}", "inventory.a.delete", "true or false"),
    (
        "inventory: {a: {url: 'http://a', timeout_seconds: true}}",
        "inventory.a.timeout_seconds",
        "must be a number",
    ),
    (
        "inventory: {a: {url: 'http://a', timeout_seconds: 0}}",
        "inventory.a.timeout_seconds",
        "greater than 0",
    ),
    (
        "inventory: {a: {url: 'http://a', max_connections: 1.5}}",
        "inventory.a.max_connections",
        "whole number",
    ),
    (
        "inventory: {a: {url: 'http://a', repositories: nginx}}",
        "inventory.a.repositories",
        "must be a list",
    ),
    (
        "inventory: {a: {url: 'http://a', repositories: [ok, ../../etc]}}",
        "inventory.a.repositories[1]",
        "is not a repository name",
    ),
    (
        "inventory: {a: {url: 'http://a', repositories: [1]}}",
        "inventory.a.repositories[0]",
        "put it in quotes",
    ),
    ("inventory: {a: {url: 'http://a', protect: ['[']}}", "inventory.a.protect[0]", "partner"),
    ("inventory: {a: {url: 'http://a', protect: ['']}}", "inventory.a.protect[0]", "empty"),
    (
        "inventory: {a: {url: 'http://a', protect: ['app/*']}}",
        "inventory.a.protect[0]",
        "covers no tag",
    ),
    ("inventory: {a: {url: 'http://a', protect: ['[z-a]']}}", "inventory.a.protect[0]", "range"),
    ("inventory: {'a/b': {url: 'http://a'}}", "inventory.a/b", "is no name for a registry"),
    ("inventory: {'..': {url: 'http://a'}}", "inventory...", "is no name for a registry"),
    ("inventory: {off: {url: 'http://a'}}", "inventory", "such as on and off: put it in quotes"),
    ("inventory: {a: {url: 'http://a', insecure:true}}", "inventory.a.insecure", "put a space"),
    ("inventory: {5000: {url: 'http://a'}}", "inventory", "put it in quotes"),
    ("inventory: {? [a] : {url: 'http://a'}}", "inventory", "put it in quotes"),
    (
        "inventory:\n  a: {url: 'http://a'}\n  a: {url: 'http://b'}\n",
        "inventory.a",
        "appears twice, in lines 2 and 3",
    ),
    ("inventory: {a: {url: 'http://a', url: 'http://b'}}", "inventory.a.url", "appears twice"),
    ("inventory: {a: {url: 'ftp://a'}}", "inventory.a.url", "must begin with http://"),
    ("inventory: {a: {url: 'a:5000'}}", "inventory.a.url", "must begin with http://"),
    ("inventory: {a: {url: 'http://'}}", "inventory.a.url", "names no host"),
    ("inventory: {a: {url: 'http://a:99999'}}", "inventory.a.url", "port"),
    ("inventory: {a: {url: 'http://a:port'}}", "inventory.a.url", "port"),
    ("inventory: {a: {url: 'http://a b'}}", "inventory.a.url", "spaces"),
    ("inventory: {a: {url: 'http://a?x=1'}}", "inventory.a.url", "query"),
    ("inventory: {a: {url: 'http://a/../b'}}", "inventory.a.url", "odd path"),
    ("inventory: {a: {url: 'http://[zz]'}}", "inventory.a.url", ""),
    ("inventory: {a: {url: 'http://-a'}}", "inventory.a.url", "odd host"),
    ("inventory: {a: {url: 'http://a', username: u}}", "inventory.a.username", "password_file"),
    ("inventory: {a: {url: 'http://a', pull_host: 'https://a'}}", "inventory.a.pull_host", "host"),
    (
        "inventory: {a: {url: 'http://a', client_key: k.pem}}",
        "inventory.a.client_key",
        "client_cert",
    ),
    ("inventory: {a: {url: 'http://a', ca_file: no.pem}}", "inventory.a.ca_file", "no file"),
    ("docker_config: nowhere", "docker_config", "no file 'nowhere'"),
    ("docker_config: a/docker.json", "docker_config", "no file 'a/docker.json'"),
    ("inventory: {a: {url: 'http://a', ca_file: ~nobody-at-all/a}}", "inventory.a.ca_file", "home"),
    (f"inventory: {{a: {{url: 'http://a', ca_file: {'a' * 5000}}}}}", "inventory.a.ca_file", ""),
    ("inventory: {a: {url: 'http://a', ca_file: .}}", "inventory.a.ca_file", "no file"),
    ("docker_config: [a]", "docker_config", "path of Docker's config.json"),
    ("docker_config: 5", "docker_config", "path of Docker's config.json"),
    (
        "inventory: {a: {url: 'http://a', username: u, password: '${UNDEFINED_VAR:-}'}}",
        "inventory.a.password",
        "the variable that it names",
    ),
    ("inventory: {a: {url: '${UNDEFINED_VAR}'}}", "inventory.a.url", "export UNDEFINED_VAR="),
    ("inventory: {a: {url: 'http://a', protect: ['${']}}", "inventory.a.protect[0]", "$${"),
    ("inventory: {a: {url: 'http://a', protect: ['${a b}']}}", "inventory.a.protect[0]", "$${"),
]


@pytest.mark.parametrize(("text", "path", "fix"), REFUSED)
def test_bad_input_names_the_file_the_key_path_and_the_fix(
    load: Load, text: str, path: str | None, fix: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(text)
    start = "inventory.yaml: " if path is None else f"inventory.yaml: {path}"
    assert caught.value.message.startswith(start)
    assert fix in caught.value.message
    assert caught.value.exit_code == 2


LEAKS = [
    "inventory: {a: {url: 'http://a', password:SECRET}}",
    "inventory: {a: {url: 'https://user:SECRET@a'}}",
    "inventory: {a: {url: 'SECRET://a'}}",
    "inventory: {a: {url: 'http://a', auth: SECRET}}",
    "inventory: {a: {url: 'http://a', password: [SECRET]}}",
    "inventory: {a: {url: 'http://a', delete: SECRET}}",
    "inventory: {a: {url: 'http://a', password: SECRET}}",
    "inventory: {a: {url: 'http://a', username: u, password: SECRET, password_file: x}}",
    "inventory: {a: {url: 'http://a', username: 'u:v', password: SECRET}}",
    "inventory: {a: {url: 'http://a', password: *SECRET}}",
    "inventory: {a: {url: 'http://a', password: !SECRET x}}",
    "inventory: {a: {url: 'http://a', password: &SECRET}",
    'inventory: {a: {url: "http://a", password: "\\SECRET"}}',
    "inventory: {a: {url: http://a, password: SECRET: x}}",
    "inventory:\n  a:\n    password: 'SECRET\n",
    "inventory:\n  a:\n    password: \x07SECRET\n",
    "inventory: {a: {url: 'http://a', password: 2001-99-99SECRET, username: 1}}",
    "access: {tokens: [{name: a, token: 'SECRET x', role: viewer}]}",
    "access: {tokens: [{name: a, token: SECRET, role: SECRET}]}",
    "access: {tokens: [{name: a, token: SECRET, role: viewer}, "
    "{name: b, token: SECRET, role: viewer}]}",
    "inventory: {a: {url: 'http://a', username: u, password_file: SECRET}}",
    "inventory: {a: {url: 'http://a', username: u, password_file: ~SECRET}}",
    "inventory: {a: {url: 'http://a', client_cert: inventory.yaml, client_key: SECRET}}",
    "inventory: {'https://user:SECRET@a': {url: 'http://a'}}",
    "access: {htpasswd: 'ana:SECRET'}",
]


@pytest.mark.parametrize("text", LEAKS)
def test_no_message_shows_a_value(load: Load, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(text.replace("SECRET", SECRET))
    assert SECRET not in caught.value.message
    assert caught.value.message.startswith("inventory.yaml: ")
    for error in list_causes(caught.value):
        assert SECRET not in f"{error} {error!r}"


def test_an_impossible_date_is_an_error_and_no_crash(load: Load) -> None:
    with pytest.raises(ConfigurationError, match="put it in quotes"):
        load("inventory: {a: {url: 2001-99-99}}")


@pytest.mark.parametrize("text", ["inventory: [", "inventory: {a: {url: 'http://a}}"])
def test_what_is_opened_and_never_closed_is_said_to_be(load: Load, text: str) -> None:
    with pytest.raises(ConfigurationError, match="never closed"):
        load(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("inventory:\n\ta: {url: 'http://a'}\n", "line 2, column 1: a tab .* indent with spaces"),
        ("inventory:\n  a:\n   url: http://a\n    insecure: true\n", "line 4.*indent the line"),
        ("inventory:\n  a:\n    url: http://a\n   insecure: true\n", "line 4.*indent it"),
        ("inventory: {a: {url: 'http://a' insecure: true}}", "a comma or a closing bracket"),
        ('inventory: {a: {url: "http://a", username: "corp\\Sue"}}', "use single quotes"),
        ("inventory: {}\n---\ninventory: {}\n", "remove the line ---"),
        ("inventory: {a: {url: 'http://a', password: @a}}", "needs quotes"),
    ],
)
def test_broken_yaml_is_placed_and_its_remedy_is_said(load: Load, text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"inventory\.yaml: is not valid YAML.*{words}"):
        load(text)


def test_an_anchor_that_contains_itself_is_refused(load: Load) -> None:
    with pytest.raises(ConfigurationError, match="contains itself"):
        load("inventory: &a {a: {url: 'http://a', repositories: [*a]}}")


def test_a_file_nested_beyond_reason_is_refused(load: Load) -> None:
    with pytest.raises(ConfigurationError, match="nested too deeply"):
        load("inventory: " + "[" * 5000)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "inventory.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"inventory\.yaml: can't be read"):
        load_inventory(working_folder=tmp_path, environ=environ)


@pytest.mark.parametrize("by_flag", [True, False])
def test_a_named_inventory_must_exist(
    tmp_path: Path, environ: dict[str, str], by_flag: bool
) -> None:
    if not by_flag:
        environ["REGLITE_CONFIG_FILE"] = "missing.yaml"
    with pytest.raises(ConfigurationError, match=r"^missing\.yaml: there is no such file"):
        load_inventory(
            config_file="missing.yaml" if by_flag else None,
            working_folder=tmp_path,
            environ=environ,
        )


class TestCredentials:
    def test_user_and_password_win_over_auth_and_docker(self, load: Load, tmp_path: Path) -> None:
        write_docker(tmp_path, {"auths": {"a:5000": {"auth": "ZG9ja2VyOmxvZ2lu"}}})
        config = get_one(
            load(
                "inventory: {a: {url: 'http://a:5000', username: u, password: p, "
                "auth: dXNlcjpwYXNz}}"
            )
        )
        assert resolve(config) == ("u", "p")
        assert (config.credential.kind, config.credential.label) == ("basic", "inventory")

    def test_auth_wins_over_docker(self, load: Load, tmp_path: Path) -> None:
        write_docker(tmp_path, {"auths": {"a:5000": {"auth": "ZG9ja2VyOmxvZ2lu"}}})
        config = get_one(load("inventory: {a: {url: 'http://a:5000', auth: dXNlcjpwYXNz}}"))
        assert resolve(config) == ("user", "pass")

    def test_dockers_login_serves_the_inventorys_entry_for_the_same_host(
        self, load: Load, tmp_path: Path
    ) -> None:
        write_docker(tmp_path, {"auths": {"https://a:5000/v1/": {"auth": "ZG9ja2VyOmxvZ2lu"}}})
        config = get_one(load("inventory: {mine: {url: 'http://A:5000'}}"))
        assert config.name == "mine"
        assert resolve(config) == ("docker", "login")
        assert config.credential.label == "docker-config"

    def test_docker_can_be_left_out(self, load: Load, tmp_path: Path) -> None:
        write_docker(tmp_path, {"auths": {"a:5000": {"auth": "ZG9ja2VyOmxvZ2lu"}}})
        config = get_one(load("inventory: {a: {url: 'http://a:5000'}}\ndocker_config: false"))
        assert config.credential.kind == "none"

    def test_dockers_config_can_lie_elsewhere(self, load: Load, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        for name in ("config.json", ".dockerconfigjson"):
            (tmp_path / "other" / name).write_text('{"auths": {"b:5000": {}}}')
        for place in ("other", "other/config.json", "other/.dockerconfigjson"):
            config = get_one(load(f"docker_config: {place}"))
            assert (config.name, config.source) == ("b:5000", "docker-config")

    @pytest.mark.parametrize(("value", "count"), [("true", 1), ("false", 0), ("False", 0)])
    def test_the_switch_may_come_from_a_variable(
        self, load: Load, tmp_path: Path, value: str, count: int
    ) -> None:
        write_docker(tmp_path, {"auths": {"a:5000": {}}})
        assert len(load("docker_config: ${SWITCH}", SWITCH=value).registries) == count

    @pytest.mark.parametrize("content", ["", "\n", "one\ntwo\n"])
    def test_a_password_file_holds_one_secret(
        self, load: Load, tmp_path: Path, content: str
    ) -> None:
        (tmp_path / "password").write_text(content)
        with pytest.raises(ConfigurationError, match=r"inventory\.a\.password_file: .*one secret"):
            load("inventory: {a: {url: 'http://a', username: u, password_file: password}}")

    def test_no_repr_shows_a_secret(self, load: Load) -> None:
        inventory = load(
            "inventory: {a: {url: 'http://a', username: u, password: '${S}'}}\n"
            "access: {tokens: [{name: ci, token: '${S}', role: viewer}]}",
            S=SECRET,
        )
        assert SECRET not in repr(inventory)


class TestHostsOfDocker:
    def test_hosts_that_are_not_in_the_inventory_are_added(
        self, load: Load, tmp_path: Path
    ) -> None:
        write_docker(
            tmp_path,
            {
                "auths": {
                    "https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz"},
                    "https://index.docker.io/v1/refresh-token": {"auth": "dXNlcjpwYXNz"},
                    "https://ghcr.io": {"auth": "dXNlcjpwYXNz"},
                    "a:5000": {"auth": "dXNlcjpwYXNz"},
                    "localhost:5000": {},
                }
            },
        )
        inventory = load("inventory: {mine: {url: 'http://a:5000'}}")
        found = {
            c.name: (c.url, c.pull_host, c.source, c.http_fallback) for c in inventory.registries
        }
        assert found == {
            "mine": ("http://a:5000", "a:5000", "inventory", False),
            "ghcr.io": ("https://ghcr.io", "ghcr.io", "docker-config", False),
            "localhost:5000": ("https://localhost:5000", "localhost:5000", "docker-config", True),
            "registry-1.docker.io": (
                "https://registry-1.docker.io",
                "docker.io",
                "docker-config",
                False,
            ),
        }


class TestTheExample:
    def test_it_loads_as_it_is(self, environ: dict[str, str]) -> None:
        inventory = load_inventory(config_file=str(EXAMPLE), environ=environ)
        assert [c.name for c in inventory.registries] == ["local-registry"]

    def test_it_loads_with_every_setting_uncommented(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        text = uncomment(EXAMPLE.read_text("utf-8"))
        for name in ("corp.pem", "reglite.pem", "reglite.key", "password"):
            (tmp_path / name).write_text("one secret")
        (tmp_path / "htpasswd").write_text("ana:$2y$05$" + "a" * 53 + "\n")
        text = re.sub(r"/(?:etc/ssl|run/secrets|etc/reglite)/", "", text)
        text = text.replace("password_file: registry", "password_file: password")
        (tmp_path / "inventory.yaml").write_text(text)
        inventory = load_inventory(
            working_folder=tmp_path,
            environ={**environ, "REGISTRY_PASSWORD": "p", "CI_TOKEN": "t" * 16},
        )
        assert len(inventory.registries) == 6
        assert inventory.access.has_sign_in

    def test_it_shows_every_option(self) -> None:
        text = uncomment(EXAMPLE.read_text("utf-8"))
        sections = (
            document.InventoryDocument,
            document.RegistrySection,
            document.AccessSection,
            document.TokenSection,
            document.ProxySection,
            document.GrantSection,
        )
        for section in sections:
            for name in section.model_fields:
                assert re.search(rf"\b{name}:", text), f"{name} is missing"


def uncomment(text: str) -> str:
    """Strip the marks: settings are '#' and none or several spaces; prose is '# ' and a word."""
    return re.sub(r"^#(?=\S|  +\S)", "", text, flags=re.MULTILINE)
