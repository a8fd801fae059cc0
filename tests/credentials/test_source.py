"""Credential helpers: real small programs on PATH, asked late, once, and never quoted."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from reglite.browse.status import StatusView, get_status
from reglite.credentials.helper import (
    REMEMBER_FAILURE_SECONDS,
    REMEMBER_SECONDS,
    CredentialHelper,
    HelperCredentials,
)
from reglite.credentials.source import Credentials, FixedCredentials, parse_basic_auth
from reglite.errors import ConfigurationError, Denied, RegistryTimeout
from reglite.inventory.load import Inventory, load_inventory
from tests.support.clients import open_clients

SECRET = "hunter2-very-secret"
NOT_FOUND = "credentials not found in native keychain"


@dataclass(frozen=True)
class Program:
    """A helper on PATH that answers out of a file and writes down how it was called."""

    name: str
    folder: Path

    @property
    def calls(self) -> list[list[str]]:
        """The action and the standard input of each call."""
        log = self.folder / f"{self.name}.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


Install = Callable[..., Program]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose PATH holds the helpers of this test alone."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin"), "DOCKER_CONFIG": str(tmp_path / "docker")}


@pytest.fixture
def install(tmp_path: Path, environ: dict[str, str]) -> Install:
    """Write a helper's program: answers by server, and what it lists."""

    def write(name: str, answers: dict[str, object], listed: object = None) -> Program:
        program = Program(name, tmp_path / "bin")
        path = program.folder / f"docker-credential-{name}"
        path.write_text(
            f"#!{sys.executable}\n"
            "import json, sys\n"
            "action, text = sys.argv[1], sys.stdin.read()\n"
            f"with open({str(program.folder / (name + '.log'))!r}, 'a') as log:\n"
            "    print(json.dumps([action, text]), file=log)\n"
            f"answers, listed = {answers!r}, {listed!r}\n"
            "answer = listed if action == 'list' else answers.get(text)\n"
            "if isinstance(answer, str):\n"
            "    print(answer)\n"
            "    sys.exit(3)\n"
            "if answer is None:\n"
            f"    print({NOT_FOUND!r})\n"
            "    sys.exit(1)\n"
            "print(json.dumps(answer))\n"
        )
        path.chmod(0o755)
        return program

    return write


@pytest.fixture
def load(tmp_path: Path, environ: dict[str, str]) -> Callable[..., Inventory]:
    """Load an inventory beside a config.json of Docker."""

    def load_with(docker: object, text: str = "") -> Inventory:
        (tmp_path / "docker").mkdir(exist_ok=True)
        (tmp_path / "docker/config.json").write_text(json.dumps(docker))
        (tmp_path / "inventory.yaml").write_text(text)
        return load_inventory(working_folder=tmp_path, environ=environ)

    return load_with


Load = Callable[..., Inventory]


def answer(server: str, username: str = "ana", secret: str = SECRET) -> dict[str, object]:
    return {server: {"ServerURL": server, "Username": username, "Secret": secret}}


def make_source(name: str, environ: dict[str, str], **options: object) -> HelperCredentials:
    return HelperCredentials(CredentialHelper(name, environ), "a.example", **options)  # type: ignore[arg-type]


class TestHelper:
    def test_it_is_asked_only_when_needed_and_then_once(self, install: Install, load: Load) -> None:
        program = install("test", answer("a.example"))
        (config,) = load({"credHelpers": {"a.example": "test"}}).registries
        assert (config.credential.kind, config.credential.label) == ("helper", "helper test")
        assert program.calls == []

        async def resolve_many() -> list[Credentials | None]:
            return await asyncio.gather(*(config.credential.resolve() for _ in range(10)))

        assert asyncio.run(resolve_many()) == [Credentials("ana", SECRET)] * 10
        assert asyncio.run(config.credential.resolve()) == Credentials("ana", SECRET)
        assert program.calls == [["get", "a.example"]]

    def test_an_answer_is_asked_for_again_when_it_is_old(
        self, install: Install, environ: dict[str, str]
    ) -> None:
        program = install("test", answer("a.example"))
        now = [0.0]
        source = make_source("test", environ, clock=lambda: now[0])
        asyncio.run(source.resolve())
        now[0] = REMEMBER_SECONDS - 1
        asyncio.run(source.resolve())
        assert len(program.calls) == 1
        now[0] = REMEMBER_SECONDS
        asyncio.run(source.resolve())
        assert len(program.calls) == 2

    def test_a_failure_is_remembered_for_a_while_so_that_nobody_is_asked_in_a_loop(
        self, install: Install, environ: dict[str, str]
    ) -> None:
        program = install("test", {"a.example": "keychain is locked"})
        now = [0.0]
        source = make_source("test", environ, clock=lambda: now[0])
        for _ in range(3):
            with pytest.raises(Denied):
                asyncio.run(source.resolve())
        assert len(program.calls) == 1
        now[0] = REMEMBER_FAILURE_SECONDS
        with pytest.raises(Denied):
            asyncio.run(source.resolve())
        assert len(program.calls) == 2

    def test_the_user_token_means_an_identity_token(
        self, install: Install, environ: dict[str, str]
    ) -> None:
        install("test", answer("a.example", "<token>"))
        found = asyncio.run(make_source("test", environ).resolve())
        assert found == Credentials("<token>", "", SECRET)
        assert SECRET not in repr(found)

    def test_docker_hub_is_asked_for_by_its_old_name(self, install: Install, load: Load) -> None:
        program = install("test", answer("https://index.docker.io/v1/"))
        inventory = load(
            {"credHelpers": {"docker.io": "test"}},
            "inventory: {hub: {url: 'https://registry-1.docker.io'}}",
        )
        (config,) = inventory.registries
        assert asyncio.run(config.credential.resolve()) == Credentials("ana", SECRET)
        assert program.calls == [["get", "https://index.docker.io/v1/"]]

    def test_a_missing_program_is_named_with_the_remedy(self, environ: dict[str, str]) -> None:
        with pytest.raises(Denied, match="no docker-credential-absent on PATH: install it"):
            asyncio.run(make_source("absent", environ).resolve())

    def test_a_program_that_gives_no_answer_is_stopped(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        path = tmp_path / "bin/docker-credential-slow"
        path.write_text(f"#!{sys.executable}\nimport time\nprint({SECRET!r})\ntime.sleep(600)\n")
        path.chmod(0o755)
        helper = CredentialHelper("slow", environ, timeout_seconds=0.3)
        with pytest.raises(RegistryTimeout, match=r"no answer within 0\.3 s") as caught:
            helper.get("a.example")
        assert caught.value.__context__ is None

    @pytest.mark.parametrize("text", ["", "no json " + SECRET, "[]", '{"Username": 5}', "{}"])
    def test_an_answer_that_is_none_is_refused_and_not_shown(
        self, tmp_path: Path, environ: dict[str, str], text: str
    ) -> None:
        path = tmp_path / "bin/docker-credential-odd"
        path.write_text(f"#!{sys.executable}\nprint({text!r})\n")
        path.chmod(0o755)
        with pytest.raises(Denied, match="docker-credential-odd") as caught:
            asyncio.run(make_source("odd", environ).resolve())
        assert SECRET not in str(caught.value)

    def test_a_program_that_cannot_be_started_is_named(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        path = tmp_path / "bin/docker-credential-odd"
        path.write_text("#!/nowhere/to/be/found\n")
        path.chmod(0o755)
        with pytest.raises(Denied, match="docker-credential-odd can't be started"):
            asyncio.run(make_source("odd", environ).resolve())

    def test_a_registry_with_a_helper_can_be_the_key_of_a_mapping(
        self, install: Install, load: Load
    ) -> None:
        install("test", {})
        docker = {"credHelpers": {"a.example": "test"}, "auths": {"a.example": {"auth": "dTpw"}}}
        (config,) = load(docker).registries
        assert {config: 1}[config] == 1


class TestOrder:
    def test_cred_helpers_come_before_the_store_and_that_before_auths(
        self, install: Install, load: Load
    ) -> None:
        first = install("first", answer("a.example", "first"))
        store = install("store", answer("a.example", "store"), {"a.example": "store"})
        docker: dict[str, object] = {
            "credHelpers": {"a.example": "first"},
            "credsStore": "store",
            "auths": {"a.example": {"auth": "dXNlcjpwYXNz"}},
        }
        (config,) = load(docker).registries
        assert asyncio.run(config.credential.resolve()) == Credentials("first", SECRET)
        assert config.credential.label == "helper first"
        del docker["credHelpers"]
        (config,) = load(docker).registries
        assert asyncio.run(config.credential.resolve()) == Credentials("store", SECRET)
        del docker["credsStore"]
        (config,) = load(docker).registries
        assert asyncio.run(config.credential.resolve()) == Credentials("user", "pass")
        assert first.calls == [["get", "a.example"]]
        assert store.calls == [["list", ""], ["list", ""], ["get", "a.example"]]

    def test_a_helper_without_an_answer_lets_the_next_one_speak(
        self, install: Install, load: Load
    ) -> None:
        install("empty", {})
        docker = {
            "credHelpers": {"a.example": "empty"},
            "auths": {"a.example": {"auth": "dXNlcjpwYXNz"}},
        }
        (config,) = load(docker).registries
        assert config.credential.label == "helper empty"
        assert asyncio.run(config.credential.resolve()) == Credentials("user", "pass")
        assert (config.credential.kind, config.credential.label) == ("basic", "docker-config")

    def test_where_nobody_has_an_answer_the_registry_is_asked_as_anyone(
        self, install: Install, load: Load
    ) -> None:
        install("empty", {})
        install("void", {}, {"a.example": "gone"})
        docker = {"credHelpers": {"a.example": "empty"}, "credsStore": "void"}
        (config,) = load(docker).registries
        assert asyncio.run(config.credential.resolve()) is None
        assert (config.credential.kind, config.credential.label) == ("none", "none")


class TestStore:
    def test_the_hosts_that_it_lists_are_added_and_tokens_are_dropped(
        self, install: Install, load: Load
    ) -> None:
        listed = {
            "https://index.docker.io/v1/": "ana",
            "https://index.docker.io/v1//refresh-token": SECRET,
            "https://index.docker.io/v1//access-token": SECRET,
            "https://ghcr.io": "ana",
        }
        program = install("store", answer("https://ghcr.io"), listed)
        inventory = load({"auths": {}, "credsStore": "store"})
        assert [c.name for c in inventory.registries] == ["ghcr.io", "registry-1.docker.io"]
        assert program.calls == [["list", ""]]
        ghcr = inventory.registries[0].credential
        assert asyncio.run(ghcr.resolve()) == Credentials("ana", SECRET)
        assert program.calls[1:] == [["get", "https://ghcr.io"]]
        assert SECRET not in repr(inventory)
        assert "refresh-token" not in repr(inventory.registries)

    @pytest.mark.parametrize("reverse", [False, True])
    def test_of_two_names_of_one_host_the_one_that_docker_asks_for_is_asked(
        self, install: Install, load: Load, reverse: bool
    ) -> None:
        servers = ["https://index.docker.io/v1/", "docker.io"]
        listed = dict.fromkeys(sorted(servers, reverse=reverse), "ana")
        program = install("store", answer("https://index.docker.io/v1/"), listed)
        (config,) = load({"credsStore": "store"}).registries
        assert asyncio.run(config.credential.resolve()) == Credentials("ana", SECRET)
        assert program.calls[1:] == [["get", "https://index.docker.io/v1/"]]

    def test_a_host_that_it_does_not_list_is_asked_for_once_that_is_needed(
        self, install: Install, load: Load
    ) -> None:
        program = install("store", answer("a.example"), {"ghcr.io": "ana"})
        inventory = load({"credsStore": "store"}, "inventory: {a: {url: 'https://a.example'}}")
        source = inventory.registries[0].credential
        assert (source.kind, source.label) == ("none", "none")
        assert program.calls == [["list", ""]]
        assert asyncio.run(source.resolve()) == Credentials("ana", SECRET)
        assert (source.kind, source.label) == ("helper", "helper store")

    def test_a_host_that_it_does_not_know_either_stays_anonymous(
        self, install: Install, load: Load
    ) -> None:
        install("store", {}, {"ghcr.io": "ana"})
        inventory = load({"credsStore": "store"}, "inventory: {a: {url: 'https://a.example'}}")
        source = inventory.registries[0].credential
        assert asyncio.run(source.resolve()) is None
        assert (source.kind, source.label) == ("none", "none")

    def test_a_store_that_can_list_nothing_is_still_asked(
        self, install: Install, load: Load
    ) -> None:
        install("store", answer("a.example"), "not implemented")
        inventory = load({"credsStore": "store"}, "inventory: {a: {url: 'https://a.example'}}")
        (config,) = inventory.registries
        assert asyncio.run(config.credential.resolve()) == Credentials("ana", SECRET)
        (note,) = inventory.notes
        assert "docker-credential-store 'list' ended with exit code 3" in note

    def test_a_missing_store_keeps_nobody_out(self, load: Load) -> None:
        docker = {"credsStore": "absent", "auths": {"a.example": {"auth": "dXNlcjpwYXNz"}}}
        inventory = load(docker)
        (config,) = inventory.registries
        assert asyncio.run(config.credential.resolve()) == Credentials("user", "pass")
        (note,) = inventory.notes
        assert "no docker-credential-absent on PATH" in note

    @pytest.mark.parametrize(
        ("docker", "said"),
        [
            ({"credsStore": "absent"}, "no docker-credential-absent on PATH"),
            ({"credHelpers": {"a.example": "absent"}}, "no docker-credential-absent on PATH"),
            ({"auths": {"a.example": {"auth": "%"}}}, "auths.a.example.auth: is not base64"),
            ({"auths": {"a.example": 3}}, "auths.a.example: must be an object"),
            ({"auths": {}}, "docker login"),
            ({"auths": 3}, "auths: must be an object of hosts"),
        ],
    )
    def test_what_keeps_a_login_from_being_used_is_said_where_it_is_missed(
        self, load: Load, docker: dict[str, object], said: str
    ) -> None:
        inventory = load(docker, "inventory: {a: {url: 'https://a.example'}}")

        async def look() -> StatusView:
            def answer(_: httpx.Request) -> httpx.Response:
                return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="r"'})

            async with open_clients() as make:
                return await get_status(make(inventory.registries[0], answer))

        status = asyncio.run(look())
        assert status.status == "unauthorized"
        assert status.error is not None
        assert said in " ".join([status.error.message, *status.hints])

    def test_nothing_is_asked_where_dockers_config_is_off(
        self, install: Install, load: Load
    ) -> None:
        program = install("store", {}, {"ghcr.io": "ana"})
        assert load({"credsStore": "store"}, "docker_config: false").registries == ()
        assert program.calls == []


class TestBasicAuth:
    def test_a_password_may_hold_colons(self) -> None:
        assert parse_basic_auth("dXNlcjpwYTpzcw==") == Credentials("user", "pa:ss")

    @pytest.mark.parametrize("text", ["", "%", "dXNlcg==", "OnBhc3M=", "//79", "dXNlcjpwYXN"])
    def test_what_is_no_base64_of_user_and_password_is_refused(self, text: str) -> None:
        with pytest.raises(ConfigurationError, match="is not base64 of 'user:password'") as caught:
            parse_basic_auth(text)
        assert caught.value.__cause__ is None


def test_an_identity_token_has_a_kind_of_its_own() -> None:
    source = FixedCredentials(Credentials("<token>", "", "t"), "docker-config")
    assert source.kind == "identity-token"
