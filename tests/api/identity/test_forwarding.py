"""Where a request came from, by what trusted proxies say of it."""

from ipaddress import ip_address, ip_network

import pytest
from starlette.datastructures import Headers

from reglite.api.identity.address import get_place, parse_node
from reglite.api.identity.forwarding import find_client

TRUSTED = tuple(
    ip_network(text) for text in ("10.42.0.0/16", "fd00::/8", "127.0.0.1/32", "fe80::1/128")
)
PROXY = "10.42.0.7"
CLIENT = "203.0.113.7"


def locate(peer: str, *lines: tuple[str, str]) -> str:
    headers = Headers(raw=[(name.lower().encode(), value.encode()) for name, value in lines])
    return str(find_client(parse_node(peer), headers, TRUSTED))


def x(value: str) -> tuple[str, str]:
    return ("X-Forwarded-For", value)


def f(value: str) -> tuple[str, str]:
    return ("Forwarded", value)


def viewer(value: str) -> tuple[str, str]:
    return ("CloudFront-Viewer-Address", value)


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        ([], PROXY),
        ([x(CLIENT)], CLIENT),
        ([x(f"{CLIENT}:4711")], CLIENT),
        ([x("2001:db8::7")], "2001:db8::7"),
        ([x("[2001:db8::7]")], "2001:db8::7"),
        ([x("[2001:db8::7]:4711")], "2001:db8::7"),
        ([x("fe80::7%eth0")], "fe80::7"),
        ([x("[fe80::7%25eth0]:80")], "fe80::7"),
        ([x("::ffff:203.0.113.7")], CLIENT),
        ([x("[::ffff:203.0.113.7]:80")], CLIENT),
        ([x(f"198.51.100.1, {CLIENT}")], CLIENT),
        ([x(f"198.51.100.1, {CLIENT},\t10.42.3.3 ,127.0.0.1")], CLIENT),
        ([x("198.51.100.1"), x(f"{CLIENT}, 10.42.0.9")], CLIENT),
        ([x(f"198.51.100.1, {CLIENT}"), x("10.42.0.9")], CLIENT),
        ([x(f"{CLIENT}, fd00::1, [fe80::1%eth0]:1")], CLIENT),
        ([x("10.42.0.8, 10.42.0.9")], "10.42.0.8"),
        ([x(f"{CLIENT}, unknown")], PROXY),
        ([x(f"{CLIENT}, unknown, 10.42.0.9")], "10.42.0.9"),
        ([x(f"{CLIENT}, 10.42.0.9:evil")], PROXY),
        ([x(f"{CLIENT},")], PROXY),
        ([x("")], PROXY),
        ([x("256.1.1.1")], PROXY),
        ([x("1.2.3.4.5")], PROXY),
        ([x("١.٢.٣.٤")], PROXY),
        ([x(f"unknown, {CLIENT}")], CLIENT),
        ([x(", ".join([CLIENT] + ["10.42.0.9"] * 31))], CLIENT),
        ([x(", ".join([CLIENT] + ["10.42.0.9"] * 32))], "10.42.0.9"),
        ([x(CLIENT), f("for=198.51.100.1")], CLIENT),
        ([f(f"for={CLIENT}")], CLIENT),
        ([f(f'For="{CLIENT}:4711";proto=https')], CLIENT),
        ([f('proto=https; for="[2001:db8::7]:4711"')], "2001:db8::7"),
        ([f('for="[2001:db8::7]:_port"')], "2001:db8::7"),
        ([f(f"for=198.51.100.1, for={CLIENT}"), f("for=10.42.0.9")], CLIENT),
        ([f(f'for={CLIENT};host="a,for=198.51.100.1;b="')], CLIENT),
        ([f(f"for={CLIENT}, for=_hidden")], PROXY),
        ([f("for=unknown")], PROXY),
        ([f("by=10.42.0.1")], PROXY),
        ([f(f"for={CLIENT};for=198.51.100.1")], PROXY),
        ([f(f'for="{CLIENT}')], PROXY),
        ([viewer(f"{CLIENT}:4711")], CLIENT),
        ([viewer("2001:db8::7:4711")], "2001:db8::7"),
        ([viewer("[2001:db8::7]:4711")], "2001:db8::7"),
        ([viewer("198.51.100.1:1"), x(CLIENT)], CLIENT),
        ([viewer(f"{CLIENT}:4711"), x("10.42.0.9")], CLIENT),
        ([viewer("198.51.100.1:1"), viewer(f"{CLIENT}:1")], PROXY),
        ([viewer("nonsense")], PROXY),
    ],
)
def test_the_client_is_the_last_hop_that_trusted_proxies_vouch_for(
    lines: list[tuple[str, str]], client: str
) -> None:
    assert locate(PROXY, *lines) == client


@pytest.mark.parametrize("peer", ["198.51.100.9", "::1", "10.43.0.7"])
@pytest.mark.parametrize("claim", [x(CLIENT), f(f"for={CLIENT}"), viewer(f"{CLIENT}:1"), x(PROXY)])
def test_nothing_is_believed_of_a_peer_that_is_not_trusted(
    peer: str, claim: tuple[str, str]
) -> None:
    assert locate(peer, claim) == str(ip_address(peer))


@pytest.mark.parametrize("text", ['"\\' * 20_000 + "\\", '",' * 20_000, ";for=," * 10_000 + '"'])
def test_a_header_of_quotes_is_read_once(text: str) -> None:
    assert locate(PROXY, f(text)) == PROXY


def test_a_place_is_no_longer_than_an_address() -> None:
    assert get_place("2001:db8::1") == "2001:db8::/64"
    assert get_place("203.0.113.7") == "203.0.113.7"
    assert len(get_place("x" * 60_000)) <= 64
