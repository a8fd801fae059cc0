"""The command line: help, versions, files written, exit codes, errors without a traceback."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from reglite import __version__
from reglite.cli.main import main
from reglite.cli.options import port_option
from reglite.inventory.load import load_inventory
from tests.support.command import clean_environ, run_to_end

SECRET = "hunter2-very-secret"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder, without any configuration of the person at work."""
    for name in [name for name in os.environ if name.startswith("REGLITE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, **environ: str) -> Result:
        return CliRunner().invoke(main, arguments, env=environ, prog_name="reglite")

    return invoke


def assert_said(result: Result, code: int, *words: str) -> None:
    """Check the exit code and that stderr holds these words, and no traceback."""
    assert result.exit_code == code, result.output
    for word in words:
        assert word in result.stderr
    assert "Traceback" not in result.output


class TestHelp:
    def test_the_version_is_printed(self, run: Run) -> None:
        result = run("--version")
        assert result.exit_code == 0
        assert result.output == f"reglite, version {__version__}\n"

    def test_help_lists_the_commands_and_the_variables(self, run: Run) -> None:
        result = run("--help")
        assert result.exit_code == 0
        for command in ("dev", "serve", "build", "init", "check", "openapi"):
            assert f"\n  {command} " in result.output
        for variable in ("CONFIG_FILE", "INVENTORY", "REGISTRIES", "HOST", "AUDIT_DIR"):
            assert f"REGLITE_{variable}" in result.output

    @pytest.mark.parametrize("command", sorted(main.commands))
    def test_every_command_and_option_is_explained(self, run: Run, command: str) -> None:
        result = run(command, "--help")
        assert result.exit_code == 0
        assert main.commands[command].help
        for parameter in main.commands[command].params:
            assert parameter.param_type_name == "argument" or getattr(parameter, "help", None)

    def test_help_imports_nothing_heavy(self) -> None:
        code = (
            "import sys\nfrom reglite.cli.main import main\n"
            "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
            "heavy = ('fastapi', 'httpx', 'yaml', 'pydantic', 'uvicorn', 'jinja2', 'botocore')\n"
            "print([name for name in heavy if name in sys.modules])\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert result.stdout.splitlines()[-1] == "[]"


class TestErrors:
    @pytest.mark.parametrize("command", ["dev", "serve", "check"])
    def test_a_missing_inventory_is_said_and_ends_with_2(self, run: Run, command: str) -> None:
        result = run(command, "-c", "missing.yaml")
        assert_said(result, 2, "missing.yaml: there is no such file", "reglite init")

    @pytest.mark.parametrize("command", ["dev", "serve", "check"])
    def test_a_missing_inventory_in_the_environment_ends_with_2(
        self, run: Run, command: str
    ) -> None:
        result = run(command, REGLITE_CONFIG_FILE="missing.yaml")
        assert_said(result, 2, "missing.yaml: there is no such file")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("inventory: [", "is not valid YAML in line 1"),
            ("inventory: {a: {uri: x}}", "inventory.a.uri: is not a known key: did you mean 'url'"),
            ("inventory: {a: {url: '${NOT_SET_ANYWHERE}'}}", "export NOT_SET_ANYWHERE="),
            (f"inventory: {{a: {{url: 'https://u:{SECRET}@a'}}}}", "a.url: holds credentials"),
        ],
    )
    def test_a_bad_inventory_names_the_key_path_and_ends_with_2(
        self, run: Run, tmp_path: Path, text: str, words: str
    ) -> None:
        (tmp_path / "inventory.yaml").write_text(text)
        result = run("check")
        assert_said(result, 2, "inventory.yaml: ", words)
        assert SECRET not in result.output

    @pytest.mark.parametrize(
        "arguments",
        [
            ["nonsense"],
            ["dev", "--nonsense"],
            ["dev", "--port", "eighty"],
            ["dev", "--port", "70000"],
            ["build", "--base-path", "reglite"],
            ["build", "--base-path", "//evil.example"],
            ["build", "--api-base", "ftp://a"],
            ["build", "--api-base", "https://u:p@a"],
            ["dev", "ftp://a"],
        ],
    )
    def test_wrong_usage_ends_with_2(self, run: Run, arguments: list[str]) -> None:
        assert_said(run(*arguments), 2, "Error: ")

    @pytest.mark.parametrize("command", ["dev", "serve", "check"])
    def test_an_empty_file_name_is_not_taken_for_the_default(self, run: Run, command: str) -> None:
        assert_said(run(command, "-c", ""), 2, "names no file")

    def test_a_bad_variable_is_named(self, run: Run) -> None:
        assert_said(run("dev", REGLITE_PORT="eighty"), 2, "REGLITE_PORT")

    def test_a_process_ends_with_the_same_codes(self, tmp_path: Path) -> None:
        result = run_to_end("check", "-c", "missing.yaml", folder=tmp_path)
        assert result.returncode == 2
        assert result.stdout == ""
        assert result.stderr.startswith("Error: missing.yaml: there is no such file")


class TestInit:
    def test_it_writes_an_inventory_that_loads(self, run: Run, tmp_path: Path) -> None:
        result = run("init")
        assert result.exit_code == 0
        assert "inventory.yaml" in result.output
        inventory = load_inventory(working_folder=tmp_path, environ={"DOCKER_CONFIG": "/none"})
        assert [config.name for config in inventory.registries] == ["local-registry"]

    def test_it_never_overwrites_unless_it_is_forced(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text("mine")
        assert_said(run("init", "--out", "mine.yaml"), 1, "mine.yaml is there already", "--force")
        assert path.read_text() == "mine"
        assert run("init", "--out", "mine.yaml", "--force").exit_code == 0
        assert path.read_text().startswith("# RegLite's inventory")

    def test_forced_it_follows_no_link_and_waits_for_no_pipe(
        self, run: Run, tmp_path: Path
    ) -> None:
        (tmp_path / "precious").write_text("mine")
        (tmp_path / "link.yaml").symlink_to("precious")
        os.mkfifo(tmp_path / "pipe.yaml")
        for name in ("link.yaml", "pipe.yaml"):
            assert_said(run("init", "--out", name, "--force"), 1, f"{name} is a link or no file")
        assert (tmp_path / "precious").read_text() == "mine"

    def test_forced_and_interrupted_it_leaves_the_inventory_that_was_there(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "inventory.yaml"
        path.write_text("mine")
        path.chmod(0o600)
        with monkeypatch.context() as broken:
            broken.setattr(os, "rename", fail)
            assert_said(run("init", "--force"), 1, "inventory.yaml can't be written")
        assert (path.read_text(), [p.name for p in tmp_path.iterdir()]) == ("mine", [path.name])

        assert run("init", "--force").exit_code == 0
        assert path.stat().st_mode & 0o777 == 0o600  # it may get a password, as the old one had

    def test_a_folder_that_is_not_there_is_said(self, run: Run) -> None:
        for more in ((), ("--force",)):
            result = run("init", "--out", "no/where.yaml", *more)
            assert_said(result, 1, "no/where.yaml can't be written")


def fail(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


class TestBuild:
    def test_it_writes_the_site_and_the_api_page(self, run: Run, tmp_path: Path) -> None:
        result = run("build", "--out", "site", "--title", "Our registries")
        assert result.exit_code == 0, result.output
        assert "Our registries" in (tmp_path / "site/index.html").read_text()
        assert "/api/v1/" in (tmp_path / "site/api.html").read_text()

    def test_it_replaces_only_a_folder_that_it_made(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine/thesis.txt").write_text("years of work")
        assert_said(run("build", "--out", "mine"), 2, "mine", "--out")
        assert (tmp_path / "mine/thesis.txt").read_text() == "years of work"
        assert run("build", "--out", "site").exit_code == 0
        assert run("build", "--out", "site").exit_code == 0

    def test_a_link_stays_and_what_it_leads_to_is_written(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "disk").mkdir()
        (tmp_path / "site").symlink_to(tmp_path / "disk")
        for _ in range(2):
            assert run("build", "--out", "site").exit_code == 0
        assert (tmp_path / "site").is_symlink()
        assert (tmp_path / "disk/index.html").is_file()

    def test_a_place_that_can_not_be_written_is_said(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine")
        result = run("build", "--out", str(tmp_path / "file" / "site"))
        assert result.exit_code == 1
        assert "file/site can't be written: " in result.stderr
        assert (tmp_path / "file").read_text() == "mine"

    def test_the_same_input_gives_the_same_bytes(self, run: Run, tmp_path: Path) -> None:
        for name in ("one", "two"):
            arguments = ("--api-base", "https://api.example.com", "--base-path", "/reglite/")
            assert run("build", "--out", name, *arguments).exit_code == 0
        one, two = (
            {p.relative_to(tmp_path / name): p.read_bytes() for p in list_files(tmp_path / name)}
            for name in ("one", "two")
        )
        assert one == two


def list_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestOpenapi:
    def test_a_terminal_that_lacks_letters_gets_all_of_it(self, tmp_path: Path) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "reglite", "openapi"],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env=clean_environ(tmp_path) | {"PYTHONIOENCODING": "latin-1"},
        )
        document = json.loads(result.stdout.decode("latin-1"))
        assert "…" in json.dumps(document, ensure_ascii=False)

    def test_it_prints_the_document_of_the_whole_api(self, run: Run) -> None:
        result = run("openapi")
        assert result.exit_code == 0
        document = json.loads(result.output)
        assert document["openapi"].startswith("3.")
        assert "/api/v1/health" in document["paths"]
        assert "/api/v1/registries" in document["paths"]


class TestServiceLinks:
    def test_port_that_kubernetes_makes_is_explained_and_left_aside(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REGLITE_PORT", "tcp://10.96.0.17:8080")
        monkeypatch.setenv("REGLITE_SERVICE_HOST", "10.96.0.17")
        taken: list[int] = []

        @click.command()
        @port_option
        def command(port: int) -> None:
            taken.append(port)

        result = CliRunner().invoke(command, [])
        assert (taken, result.exit_code) == ([8080], 0)
        assert "enableServiceLinks: false" in result.stderr
        assert CliRunner().invoke(command, ["--port", "tcp"]).exit_code == 2

    def test_base_path_comes_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("REGLITE_BASE_PATH", "/reglite")
        result = CliRunner().invoke(main, ["build", "--out", str(tmp_path / "site")])
        assert result.exit_code == 0, result.output
        assert 'data-api="/reglite"' in (tmp_path / "site/index.html").read_text()
