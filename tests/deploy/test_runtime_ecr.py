"""A zip on Lambda that reads ECR with nothing but its role, under AWS's own runtime client.

ECR is told by its host's name, so the real name stays: a proxy of the environment leads it to a
registry here, whose certificate a private authority signed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglite.bundle.package import Package
from reglite.demo.registry import MemoryRegistry
from reglite.demo.switches import Switches
from tests.deploy.connections import Relay, relay_to
from tests.deploy.events import list_events
from tests.functions.content import REGISTRY, REPOSITORY, fill
from tests.support.aws import REGION, serve_aws
from tests.support.certificates import Certificates
from tests.support.lambda_runtime import SDK_MODULES, LambdaProcess, unpack

ACCOUNT = "123456789012"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
# moto's GetAuthorizationToken grants this.
PASSWORD = f"{ACCOUNT}-auth-token"


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """Make certificates of ECR's host; its own authority signed them."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    return Certificates(folder, HOST)


@pytest.fixture
def ecr(
    serve: Callable[..., str], enter: Callable[..., Relay], certificates: Certificates
) -> Relay:
    """Serve a registry that knows ECR's token alone; return the proxy that leads there."""
    registry = MemoryRegistry(Switches(auth="basic", username="AWS", password=PASSWORD))
    fill(registry)
    url = serve(registry, **certificates.serve_options())
    return enter(relay_to(url, is_proxy=True))


@pytest.fixture
def run(
    packages: dict[str, Package],
    ecr: Relay,
    certificates: Certificates,
    enter: Callable[..., Any],
    tmp_path: Path,
) -> Callable[[str], LambdaProcess]:
    """Return a function that starts a zip with that registry, without any credentials in it."""

    def start(name: str) -> LambdaProcess:
        entry = {"url": f"https://{HOST}", "ca_file": str(certificates.authority)}
        inventory = {"inventory": {REGISTRY: entry}, "docker_config": False}
        environ = enter(serve_aws()) | {
            "REGLITE_INVENTORY": json.dumps(inventory),
            "HTTPS_PROXY": ecr.url,
            "NO_PROXY": "127.0.0.1",
        }
        process: LambdaProcess = enter(
            LambdaProcess(
                unpack(packages[name].path, tmp_path / name),
                f"functions/{name}.handler",
                environ,
                scratch=tmp_path / "scratch",
                modules=SDK_MODULES,
            )
        )
        return process

    return start


def test_tags_are_read_with_the_token_of_the_functions_role(
    run: Callable[[str], LambdaProcess], ecr: Relay
) -> None:
    process = run("tags")

    answer = process.invoke(list_events("tags")[0])

    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["repository"] == REPOSITORY
    assert json.loads(answer["body"])["tags"] == ["1.4.2", "latest"]
    assert ecr.asked == [f"CONNECT {HOST}:443 HTTP/1.1"]
    assert PASSWORD not in json.dumps(answer) + process.read_log()


def test_status_says_that_the_credentials_are_awss(run: Callable[[str], LambdaProcess]) -> None:
    answer = run("status").invoke(list_events("status")[0])

    described = json.loads(answer["body"])
    assert (described["status"], described["credential_source"]) == ("online", "helper aws")
