"""Which of the addresses that a list names are asked: what stands there is others' word, and
whoever is asked is sent the session's token."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

ANYWHERE: Final[tuple[Network, ...]] = ()


def why_not_asked(address: str, networks: Sequence[Network] = ANYWHERE) -> str:
    """Why an address is not asked, for people; empty where it may be.

    A name would be looked up, and lead to whoever answers for it: only an IP address is asked,
    one of a single host, and in one of the networks where any are given.
    """
    try:
        host: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return "it is no IP address"
    if host.version == 6 and host.scope_id is not None:
        return "it is an address of one link alone"
    if host.is_unspecified or host.is_multicast or host == IPv4Address("255.255.255.255"):
        return "it is no single host's address"
    if networks and not any(host in network for network in networks):
        return "it is in none of image_streamer_networks"
    return ""


def read_network(text: str) -> Network:
    """A network as a configuration names it, such as `192.0.2.0/24`; an address is one of itself.

    Raises:
        ValueError: it is none.
    """
    try:
        return ip_network(text.strip())
    except ValueError as error:
        raise ValueError(f'must be a network such as "192.0.2.0/24": {error}') from None
