"""Private CAs, client certificates and ``insecure``, against a real TLS server."""

import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import certifi
import pytest
import trustme

from reglite.demo.registry import MemoryRegistry
from reglite.errors import RegistryUnreachable
from reglite.registry.tls import get_ssl_context
from tests.registry.clients import MakeClient, make_config
from tests.support.certificates import Certificates, Guide, GuideCertificates
from tests.support.serving import serve_app

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def url(certificates: Certificates) -> Iterator[str]:
    """Serve a registry over TLS."""
    with serve_app(MemoryRegistry(), **certificates.serve_options()) as url:
        yield url


@pytest.fixture(scope="module")
def strict_url(certificates: Certificates) -> Iterator[str]:
    """Serve a registry over TLS that wants a client certificate."""
    options = certificates.serve_options(is_client_wanted=True)
    with serve_app(MemoryRegistry(), **options) as url:
        yield url


async def test_unknown_certificate_is_refused_and_the_fix_named(
    make_client: MakeClient, url: str
) -> None:
    with pytest.raises(RegistryUnreachable, match="ca_file"):
        await make_client(url).ping()


async def test_private_ca_is_trusted(
    make_client: MakeClient, url: str, certificates: Certificates
) -> None:
    ping = await make_client(url, ca_file=certificates.authority).ping()
    assert not ping.is_http


@pytest.fixture(scope="module", params=get_args(Guide))
def guided(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Serve a registry with a certificate made by a guide; its URL and its authority."""
    made = GuideCertificates(tmp_path_factory.mktemp("guide") / "made", request.param)
    with serve_app(MemoryRegistry(), ssl_certfile=str(made.server)) as url:
        yield url, made.authority


async def test_authority_made_by_the_usual_guides_is_trusted_where_python_is_strict(
    make_client: MakeClient, guided: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    create = ssl.create_default_context

    def create_as_from_3_13_on() -> ssl.SSLContext:
        context = create()
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    monkeypatch.setattr(ssl, "create_default_context", create_as_from_3_13_on)
    url, authority = guided
    assert not (await make_client(url, ca_file=authority).ping()).is_http


_CONNECT = """
import socket, sys
from pathlib import Path
from reglite.inventory.registry_config import RegistryConfig
from reglite.registry.tls import get_ssl_context
host, port, authority = sys.argv[1:]
config = RegistryConfig(
    name="here", url=f"https://{host}:{port}", source="inventory", pull_host=host,
    ca_file=Path(authority),
)
with socket.create_connection((host, int(port))) as plain:
    with get_ssl_context(config).wrap_socket(plain, server_hostname=host) as secure:
        print("connected with", secure.version())
"""


def find_interpreters() -> list[str]:
    """Return the other Pythons of this machine that RegLite runs on, as far as there are any."""
    folders = [str(path) for path in Path.home().glob(".pyenv/versions/3.1*/bin")]
    found = []
    for minor in range(11, 15):
        path = shutil.which(f"python3.{minor}", path=":".join([*folders, "/usr/bin"]))
        if path is not None and minor != sys.version_info.minor:
            found.append(path)
    return found


def test_authority_made_by_the_usual_guides_is_trusted_by_every_python_there_is(
    guided: tuple[str, Path], tmp_path: Path
) -> None:
    url, authority = guided
    host, _, port = url.removeprefix("https://").partition(":")
    (tmp_path / "certifi").symlink_to(Path(certifi.__file__).parent)
    root = Path(__file__).parents[2]
    for interpreter in [sys.executable, *find_interpreters()]:
        done = subprocess.run(
            [interpreter, "-c", _CONNECT, host, port, str(authority)],
            env={"PYTHONPATH": f"{root}:{tmp_path}", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.startswith("connected"), f"{interpreter}: {done.stderr}"


async def test_each_fault_of_a_certificate_has_its_own_sentence(
    make_client: MakeClient, certificates: Certificates, tmp_path: Path, url: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    served = {
        "mismatch, certificate is not valid for '127.0.0.1'": authority.issue_cert("other.test"),
        "certificate has expired": authority.issue_cert("127.0.0.1", not_after=yesterday),
    }
    said = {}
    for reason, certificate in served.items():
        path = tmp_path / "server.pem"
        certificate.private_key_and_cert_chain_pem.write_to_path(str(path))
        with (
            serve_app(MemoryRegistry(), ssl_certfile=str(path)) as served_url,
            pytest.raises(RegistryUnreachable) as caught,
        ):
            await make_client(served_url, ca_file=tmp_path / "ca.pem").ping()
        assert reason in caught.value.message
        said[reason] = caught.value.message
    with pytest.raises(RegistryUnreachable, match="unable to get local issuer certificate") as none:
        await make_client(url).ping()
    with pytest.raises(RegistryUnreachable, match="not from the authority in its ca_file") as other:
        await make_client(url, ca_file=tmp_path / "ca.pem").ping()
    said |= {"none": none.value.message, "other": other.value.message}
    remedies = {message.rpartition("): ")[2] for message in said.values()}
    assert len(remedies) == 4
    assert not any("ca_file" in said[reason] for reason in served)


async def test_insecure_trusts_anyone(make_client: MakeClient, url: str) -> None:
    assert (await make_client(url, insecure=True).ping()).server == "distribution"


async def test_client_certificate_is_shown(
    make_client: MakeClient, strict_url: str, certificates: Certificates
) -> None:
    client = make_client(
        strict_url,
        ca_file=certificates.authority,
        client_cert=certificates.client,
        client_key=certificates.client_key,
    )
    assert (await client.ping()).latency_ms > 0


async def test_missing_client_certificate_is_told(
    make_client: MakeClient, strict_url: str, certificates: Certificates
) -> None:
    with pytest.raises(RegistryUnreachable):
        await make_client(strict_url, ca_file=certificates.authority).ping()


def test_contexts_are_shared_per_setting(certificates: Certificates) -> None:
    plain = make_config(url="https://a.test")
    private = make_config(url="https://b.test", ca_file=certificates.authority)
    assert get_ssl_context(plain) is get_ssl_context(make_config(url="https://c.test"))
    assert get_ssl_context(private) is not get_ssl_context(plain)


@pytest.mark.parametrize("content", [None, b"", b"no pem"])
def test_unreadable_ca_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RegistryUnreachable, match=r"ca\.pem"):
        get_ssl_context(make_config(url="https://a.test", ca_file=path))


def test_renewed_file_makes_a_new_context(certificates: Certificates, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(certificates.authority.read_bytes())
    config = make_config(url="https://a.test", ca_file=path)
    first = get_ssl_context(config)
    path.touch()
    assert get_ssl_context(config) is not first
