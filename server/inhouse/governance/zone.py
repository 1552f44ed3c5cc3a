"""Local or cloud: whether an address belongs to the house (interface §1)."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from inhouse.domain.models import Zone

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOUSE: tuple[Network, ...] = tuple(
    ip_network(cidr)
    for cidr in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)


def networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """The company's own ranges, as validated by the settings."""
    return tuple(ip_network(cidr) for cidr in cidrs)


def zone_of(addresses: Iterable[str], company: tuple[Network, ...]) -> Zone:
    """Local when there are addresses and every one is loopback, private or the company's.

    Link-local addresses (169.254/16, fe80::/10) are cloud: that is where metadata services live.
    """
    parsed = [_address(text) for text in addresses]
    local = bool(parsed) and all(any(_within(address, net) for net in (*_HOUSE, *company)) for address in parsed)
    return Zone.LOCAL if local else Zone.CLOUD


def _address(text: str) -> Address:
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network
