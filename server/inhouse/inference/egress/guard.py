"""The check of every address that is about to be connected to."""

from dataclasses import dataclass

from inhouse.governance.policy import Policy
from inhouse.governance.zone import zone_of


@dataclass(frozen=True, slots=True)
class Guard:
    """One backend's rule. A backend that is local by the company's word (`zone`) is judged by its address here all the
    same: air-gapped, nothing leaves for a public address, unless privacy.local_networks calls it the company's own."""

    policy: Policy
    backend: str

    def check(self, addresses: tuple[str, ...]) -> None:
        """Raises `policy` if the policy forbids these addresses."""
        zone = zone_of(addresses, self.policy.local_networks)
        self.policy.check_zone(self.backend, zone)
