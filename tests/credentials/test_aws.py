"""ECR's credentials through botocore, against a stand-in for AWS on loopback."""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reglite.config.registry_url import find_ecr_region
from reglite.credentials.aws import EcrCredentials
from reglite.credentials.source import Credentials
from reglite.errors import Denied, RegistryProtocol, RegistryUnreachable, RegliteError
from reglite.inventory.load import load_inventory
from tests.support.loopback import run_server

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


class FakeAws(ThreadingHTTPServer):
    """Answers GetAuthorizationToken with a new token each time, or with what it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Mapping[str, str]] = []
        self.answer: tuple[int, Any] | None = None
        self.now = NOW

    def get_answer(self) -> tuple[int, Any]:
        """Return status and body of the next answer."""
        if self.answer is not None:
            return self.answer
        token = base64.b64encode(f"AWS:token-{len(self.requests)}".encode()).decode()
        expires = (self.now + timedelta(hours=12)).timestamp()
        return 200, {
            "authorizationData": [
                {"authorizationToken": token, "expiresAt": expires, "proxyEndpoint": "https://x"}
            ]
        }


class _Handler(BaseHTTPRequestHandler):
    server: FakeAws

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(dict(self.headers))
        status, answer = self.server.get_answer()
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeAws]:
    """Serve a stand-in for AWS, and point botocore's environment at it alone."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key-of-a-test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-a-test")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = FakeAws()
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", f"http://127.0.0.1:{server.server_port}")
    with run_server(server):
        yield server


def resolve(source: EcrCredentials) -> Credentials:
    credentials = asyncio.run(source.resolve())
    assert credentials is not None
    return credentials


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (HOST, "eu-central-1"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        ("public.ecr.aws", None),
        ("12345.dkr.ecr.eu-central-1.amazonaws.com", None),
        (f"{HOST}.evil.example", None),
        (f"evil.{HOST}", None),
        (f"{HOST}:5000", None),
        ("registry.example.com", None),
    ],
)
def test_ecr_is_recognised_by_its_host_name(host: str, region: str | None) -> None:
    assert find_ecr_region(host) == region


def test_an_ecr_registry_gets_its_credentials_from_aws(aws: FakeAws, tmp_path: Path) -> None:
    environ = {"REGLITE_REGISTRIES": f"https://{HOST}", "DOCKER_CONFIG": str(tmp_path)}
    (config,) = load_inventory(working_folder=tmp_path, environ=environ).registries
    assert isinstance(config.credential, EcrCredentials)
    assert (config.credential.kind, config.credential.label) == ("helper", "helper aws")
    config.credential.clock = lambda: NOW
    assert aws.requests == []
    assert resolve(config.credential) == Credentials("AWS", "token-1")
    assert "eu-central-1/ecr" in aws.requests[0]["Authorization"]
    assert "key-of-a-test" in aws.requests[0]["Authorization"]


def test_own_credentials_win_over_aws(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(
        f"inventory: {{a: {{url: 'https://{HOST}', username: AWS, password: p}}}}"
    )
    environ = {"DOCKER_CONFIG": str(tmp_path)}
    (config,) = load_inventory(working_folder=tmp_path, environ=environ).registries
    assert config.credential.label == "inventory"


def test_a_token_is_kept_and_renewed_before_its_end(aws: FakeAws) -> None:
    now = [NOW]
    source = EcrCredentials("eu-central-1", clock=lambda: now[0])

    async def resolve_many() -> Sequence[Credentials | None]:
        return await asyncio.gather(*(source.resolve() for _ in range(10)))

    assert asyncio.run(resolve_many()) == [Credentials("AWS", "token-1")] * 10
    now[0] = NOW + timedelta(hours=11)
    assert resolve(source).password == "token-1"
    assert len(aws.requests) == 1
    now[0] = aws.now = NOW + timedelta(hours=11, minutes=40)
    assert resolve(source).password == "token-2"
    assert len(aws.requests) == 2


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnrecognizedClientException"])
def test_a_refusal_says_what_must_be_allowed(aws: FakeAws, code: str) -> None:
    aws.answer = (400, {"__type": code, "message": "no: token-very-secret"})
    with pytest.raises(Denied, match="ecr:GetAuthorizationToken") as caught:
        resolve(EcrCredentials("eu-central-1"))
    assert code in caught.value.message
    assert "token-very-secret" not in caught.value.message


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"authorizationData": []},
        {"authorizationData": [{"authorizationToken": "%", "expiresAt": 1}]},
        {"authorizationData": [{"authorizationToken": "QVdTOnA="}]},
    ],
)
def test_an_answer_without_a_token_is_refused(aws: FakeAws, answer: object) -> None:
    aws.answer = (200, answer)
    with pytest.raises(RegistryProtocol, match="without a usable token") as caught:
        resolve(EcrCredentials("eu-central-1"))
    assert caught.value.__context__ is None


def test_no_credentials_of_aws_is_said_with_what_to_set(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(Denied, match=r"NoCredentialsError.*AWS_PROFILE"):
        resolve(EcrCredentials("eu-central-1"))
    assert aws.requests == []


def test_a_profile_that_is_not_there_is_said(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "absent")
    with pytest.raises(Denied, match="ProfileNotFound"):
        resolve(EcrCredentials("eu-central-1"))


def test_aws_out_of_reach_is_told_from_a_refusal(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(RegistryUnreachable, match="eu-central-1"):
        resolve(EcrCredentials("eu-central-1"))


def test_a_missing_botocore_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(RegliteError, match=r"pip install 'reglite\[aws\]'"):
        resolve(EcrCredentials("eu-central-1"))


def test_botocore_is_not_imported_before_a_token_is_wanted(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from reglite.inventory.load import load_inventory\n"
        f"load_inventory(urls=['https://{HOST}'], environ={{'HOME': {str(tmp_path)!r}}})\n"
        "print('botocore' in sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert result.stdout.strip() == "False"
