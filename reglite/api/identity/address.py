"""IP addresses as connections, proxies and gateways write them. Pure."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PORT: Final = r"(?::(?:\d{1,5}|_[\w.-]+))?"  # RFC 7239, section 6: a number, or a name for one
_NODE: Final = re.compile(rf"(?:\[([^\[\]]+)\]|([\d.]+)){_PORT}", re.ASCII)
_MAX_CHARACTERS: Final = 64


def parse_address(text: str) -> Address | None:
    """Read an IP address, without the zone of IPv6; IPv4 mapped into IPv6 is IPv4. None if bad."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def parse_node(text: str) -> Address | None:
    """Read an address that may have brackets and a port: ``192.0.2.1:80``, ``[2001:db8::1]:80``."""
    match = _NODE.fullmatch(text.strip(" \t"))
    return parse_address(match[1] or match[2] if match else text.strip(" \t"))


def format_address(address: Address | None, sent: str) -> str:
    """Return the text of an address; of what is none, the beginning of what was sent."""
    return sent[:_MAX_CHARACTERS] if address is None else str(address)


def is_within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Tell whether an address is in one of these networks."""
    return address is not None and any(address in network for network in networks)


def get_place(address: str) -> str:
    """Return what a caller is counted by: the address, of IPv6 its network of 64 bits.

    One caller has all the addresses of such a network.
    """
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return format_address(parsed, address)
