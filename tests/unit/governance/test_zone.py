"""Local or cloud: what a company's data may be sent to under an air gap hangs on this table (interface §1)."""

import pytest

from inhouse.domain.models import Zone
from inhouse.governance.zone import networks, zone_of

LOCAL = [
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "fc00::1",
    "fdff::1",
    "fd00::1%eth0",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
]
CLOUD = [
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "192.169.0.1",
    "11.0.0.0",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fbff::1",
    "fe00::1",
    "2001:db8::1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("address", LOCAL)
def test_local(address: str) -> None:
    assert zone_of([address], ()) is Zone.LOCAL


@pytest.mark.parametrize("address", CLOUD)
def test_cloud(address: str) -> None:
    assert zone_of([address], ()) is Zone.CLOUD


@pytest.mark.parametrize(
    ("addresses", "zone"),
    [
        ([], Zone.CLOUD),
        (["10.0.0.1", "fd00::1"], Zone.LOCAL),
        (["10.0.0.1", "8.8.8.8"], Zone.CLOUD),
        (["10.0.0.1", "169.254.169.254"], Zone.CLOUD),
    ],
)
def test_every_address_counts(addresses: list[str], zone: Zone) -> None:
    assert zone_of(addresses, ()) is zone


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        ("203.0.113.9", Zone.LOCAL),
        ("::ffff:203.0.113.9", Zone.LOCAL),
        ("2001:db8:1::9", Zone.LOCAL),
        ("203.0.114.9", Zone.CLOUD),
        ("2001:db8:2::9", Zone.CLOUD),
    ],
)
def test_the_companys_own_ranges_are_local(address: str, zone: Zone) -> None:
    assert zone_of([address], networks(["203.0.113.0/24", "2001:db8:1::/48"])) is zone
