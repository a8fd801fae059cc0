"""Where a registry may send RegLite, with or without its credentials."""

from typing import Any

import pytest

from reglite.errors import RegistryProtocol
from reglite.registry.guard import Guard, is_forbidden_address, resolve_host, resolve_nothing

pytestmark = pytest.mark.anyio

METADATA = [
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/token",
    "https://[fe80::1]/token",
    "https://[fe80::1%25eth0]/token",
    "https://[::ffff:169.254.169.254]/token",
    "https://[64:ff9b::a9fe:a9fe]/token",
    "https://[2002:a9fe:a9fe::]/token",
    "https://[fd00:ec2::254]/token",
    "https://100.100.100.200/token",
    "https://metadata.google.internal/token",
    "https://METADATA.google.internal./token",
    "https://0.0.0.0/token",
    "https://[::]/token",
]
MALFORMED = [
    "",
    "token",
    "//auth.test/token",
    "ftp://auth.test/token",
    "file:///etc/passwd",
    "https:///token",
    "https://ana:secret@auth.test/token",
    "https://auth.test:port/token",
    "https://auth.test\\@169.254.169.254/token",
    "https://auth.test/to ken",
    "https://auth.test/token\r\nX-Injected: 1",
    "https://１６９.254.169.254/token",
    "https://[::1/token",
]


def make_guard(url: str = "https://registry.test", resolve: Any = resolve_nothing) -> Any:
    return Guard("here", url, resolve)


@pytest.mark.parametrize("url", METADATA + MALFORMED)
async def test_realm_at_a_forbidden_address_is_refused(url: str) -> None:
    with pytest.raises(RegistryProtocol) as caught:
        await make_guard().check_realm(url)
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("url", METADATA + MALFORMED)
async def test_redirect_to_a_forbidden_address_is_refused(url: str) -> None:
    with pytest.raises(RegistryProtocol):
        await make_guard().check_redirect(url)


async def test_name_that_resolves_to_a_metadata_address_is_refused() -> None:
    async def resolve(host: str) -> Any:
        assert host == "innocent.test"
        return ["203.0.113.7", "169.254.169.254"]

    with pytest.raises(RegistryProtocol):
        await make_guard(resolve=resolve).check_redirect("https://innocent.test/blob")
    with pytest.raises(RegistryProtocol):
        await make_guard(resolve=resolve).check_realm("https://innocent.test/token")


@pytest.mark.parametrize(
    ("registry", "realm"),
    [
        ("https://registry.test", "https://auth.test/token"),
        ("https://127.0.0.1:5000", "http://localhost:5001/token"),
        ("http://localhost:5000", "http://127.0.0.1:5001/token"),
        ("http://registry.test", "http://auth.test/token"),
        ("http://169.254.10.10:5000", "http://169.254.10.10:5000/token"),
    ],
)
async def test_realm_that_may_get_credentials(registry: Any, realm: str) -> None:
    assert await make_guard(registry).check_realm(realm) == realm


async def test_realm_over_plain_http_is_refused_for_a_registry_over_https() -> None:
    with pytest.raises(RegistryProtocol, match="not https"):
        await make_guard().check_realm("http://auth.test/token")


@pytest.mark.parametrize("url", ["http://localhost/x", "https://127.0.0.1:8443/x", "http://[::1]/"])
async def test_what_is_elsewhere_may_lead_nowhere_on_this_machine(url: str) -> None:
    for check in (make_guard().check_redirect, make_guard().check_realm):
        with pytest.raises(RegistryProtocol, match="this machine"):
            await check(url)
    guard = make_guard("http://localhost:5000")
    assert await guard.check_redirect(url) == await guard.check_realm(url) == url


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
async def test_name_of_this_machine_is_this_machine(address: str) -> None:
    async def resolve(host: str) -> list[str]:
        return [address] if host in {"here.test", "me.test"} else ["203.0.113.7"]

    with pytest.raises(RegistryProtocol, match="this machine"):
        await make_guard(resolve=resolve).check_realm("https://here.test/token")
    own = make_guard("https://me.test", resolve=resolve)
    assert await own.check_realm("https://here.test/token")


def test_own_origin_is_scheme_host_and_port() -> None:
    guard = make_guard("https://registry.test/prefix")
    assert guard.is_own("https://registry.test:443/elsewhere")
    assert not guard.is_own("http://registry.test/prefix")
    assert not guard.is_own("https://registry.test:8443/prefix")
    assert not guard.is_own("https://registry.test.evil.test/prefix")


async def test_names_are_resolved_here_or_not_at_all() -> None:
    assert {"127.0.0.1", "::1"} & set(await resolve_host("localhost"))
    assert await resolve_host("127.0.0.1") == ("127.0.0.1",)
    assert await resolve_host("2852039166") == ("169.254.169.254",)
    assert await resolve_host("no..such") == ()


@pytest.mark.parametrize("text", ["203.0.113.7", "10.0.0.1", "2001:db8::1", "registry.test", ""])
def test_ordinary_addresses_are_not_forbidden(text: str) -> None:
    assert not is_forbidden_address(text)
