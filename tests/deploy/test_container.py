"""What can't be built here: linted by tools that people use, its steps run without a container."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from reglite.bundle.package import Package
from reglite.inventory.load import Inventory, load_inventory
from tests.support.command import Command, run_command
from tests.support.packages import ARCHITECTURE, PYTHON

CHECKOUT = Path(__file__).parents[2]
DOCKERFILE = CHECKOUT / "Dockerfile"
KUBERNETES = CHECKOUT / "deploy" / "kubernetes"
KUBERNETES_VERSION = "1.31"


def read_instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions in their order, continued lines joined."""
    joined = re.sub(r"\\\n", " ", DOCKERFILE.read_text())
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines]


def list_copied() -> list[str]:
    """Return what comes out of the build context."""
    return [
        source
        for name, rest in read_instructions()
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]


def read_environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    texts = [rest for name, rest in read_instructions() if name == "ENV"]
    pairs = (word.partition("=") for text in texts for word in shlex.split(text))
    return {name: value for name, _, value in pairs}


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_image_runs_as_nobody_in_particular_and_checks_its_health() -> None:
    last = dict(read_instructions())  # of a repeated one the last counts

    assert last["USER"] == "10001:10001"
    assert "/api/v1/health" in last["HEALTHCHECK"]
    assert json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"]) == ["reglite", "serve"]


def test_documented_run_reads_dockers_config_as_its_owner() -> None:
    text = (CHECKOUT / "docs" / "deployment.md").read_text("utf-8")
    command = text[text.index("docker run ") :].partition("```")[0]
    mounts = re.findall(r'-v "([^"]+)"', command)

    # A user whom the image does not know has no home but the one that a variable names.
    home = read_environment()["HOME"]
    assert f"$HOME/.docker/config.json:{home}/.docker/config.json:ro" in mounts
    assert '--user "$(id -u):$(id -g)"' in command


def test_context_holds_what_is_copied_and_nothing_else() -> None:
    lines = (CHECKOUT / ".dockerignore").read_text().splitlines()

    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert lines[0] == "*"
    assert allowed == set(list_copied())


def test_locks_that_the_image_installs_have_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-build.lock"):
        text = (CHECKOUT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the copied files alone, and install it as the image does."""
    context, wheels = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("wheels")
    for name in list_copied():
        source = CHECKOUT / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, context / name, ignore=ignore)
        else:
            shutil.copy(source, context / name)
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(wheels)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "."], cwd=context, check=True)
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    site_packages = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as archive:
        archive.extractall(site_packages)
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


@pytest.fixture
def container(installed: Path, tmp_path: Path) -> Iterator[Command]:
    """Run the image's command with its environment, in a folder that can't be written."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "inventory.yaml").write_text("inventory: {nas: {url: 'http://127.0.0.1:9'}}\n")
    config.chmod(0o555)
    environ = read_environment() | {
        "PATH": f"{installed}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "REGLITE_PORT": "0",
    }
    with run_command(
        "serve", folder=config, environ=environ, python=installed / "python"
    ) as served:
        yield served


def test_image_serves_is_healthy_and_stops_at_a_signal(container: Command, installed: Path) -> None:
    check = json.loads(dict(read_instructions())["HEALTHCHECK"].partition("CMD ")[2])

    healthy = subprocess.run(
        [installed / "python", *check[1:]], env={"REGLITE_PORT": str(container.port)}, check=False
    )
    page = httpx.get(container.address)

    assert healthy.returncode == 0
    assert page.headers["content-type"].startswith("text/html")
    assert container.stop(signal.SIGTERM) == 0


def test_health_check_fails_where_nothing_answers(installed: Path) -> None:
    check = json.loads(dict(read_instructions())["HEALTHCHECK"].partition("CMD ")[2])

    done = subprocess.run(
        [installed / "python", *check[1:]],
        env={"REGLITE_PORT": "9"},
        capture_output=True,
        check=False,
    )

    assert done.returncode != 0


def test_installed_package_makes_the_same_zips_as_a_checkout(
    installed: Path, packages: dict[str, Package], tmp_path: Path
) -> None:
    done = subprocess.run(
        [installed / "python", "-m", "reglite", "package", "--out", "out", "--arch", ARCHITECTURE],
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )

    hashes = {Path(line.split()[-1]).stem: line.split()[0] for line in done.stdout.splitlines()}
    assert hashes == {name: package.sha256 for name, package in packages.items()}
    assert "Getting wheels" in done.stderr
    assert json.loads((tmp_path / "out" / "target.json").read_text()) == {
        "architecture": ARCHITECTURE,
        "runtime": f"python{PYTHON}",
    }


def load_text(text: str, folder: Path, **variables: str) -> Inventory:
    path = folder / "inventory.yaml"
    path.write_text(text)
    return load_inventory(config_file=str(path), environ=variables)


def test_compose_knows_every_key_of_its_file() -> None:
    check = Path(sys.executable).with_name("check-jsonschema")

    done = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", CHECKOUT / "compose.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_file_locks_the_container_down_and_configures_it(tmp_path: Path) -> None:
    services = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    reglite = services["reglite"]
    text = reglite["environment"]["REGLITE_INVENTORY"].replace("$$", "$")

    inventory = load_text(text, tmp_path, RL_TOKEN="a-token-of-the-tests")

    assert reglite["read_only"] is True
    assert reglite["cap_drop"] == ["ALL"]
    assert [config.name for config in inventory.registries] == ["local"]
    assert inventory.registries[0].protect == ("latest",)
    assert inventory.registries[0].url == "http://registry:5000"
    assert inventory.access.tokens[0].role == "maintainer"
    for service in services.values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


@pytest.fixture(scope="module")
def manifests() -> dict[str, dict[str, Any]]:
    documents = [
        document
        for path in sorted(KUBERNETES.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
    ]
    return {f"{d['kind']}/{d['metadata']['name']}": d for d in documents}


def test_kubernetes_knows_every_key(manifests: dict[str, dict[str, Any]]) -> None:
    kinds = {document["kind"] for document in manifests.values()}

    assert {"ConfigMap", "Secret", "Deployment", "Service", "NetworkPolicy"} <= kinds
    for document in manifests.values():
        kubernetes_validate.validate(document, KUBERNETES_VERSION, strict=True)


def test_containers_have_no_rights_they_do_not_need(
    manifests: dict[str, dict[str, Any]],
) -> None:
    pod = manifests["Deployment/reglite"]["spec"]["template"]["spec"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert [container["name"] for container in pod["containers"]] == ["reglite", "oauth2-proxy"]
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


def test_inventory_in_the_cluster_is_one_that_reglite_reads(
    manifests: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    text = manifests["ConfigMap/reglite"]["data"]["inventory.yaml"]
    secrets = manifests["Secret/reglite"]["stringData"]

    inventory = load_text(text, tmp_path, **secrets)

    assert inventory.registries[0].protect == ("latest",)
    assert inventory.access.anonymous is None
    assert inventory.access.proxy is not None
    assert yaml.safe_load(text)["docker_config"] is False


def test_people_reach_the_proxy_alone(manifests: dict[str, dict[str, Any]]) -> None:
    policy = manifests["NetworkPolicy/reglite"]["spec"]
    open_to_all = [rule for rule in policy["ingress"] if "from" not in rule]
    service = manifests["Service/reglite"]["spec"]["ports"]

    assert [port["port"] for rule in open_to_all for port in rule["ports"]] == [4180]
    assert [port["targetPort"] for port in service] == ["http"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
