"""The check of every address that is about to be connected to."""

from dataclasses import dataclass

from inhouse.domain.models import Zone
from inhouse.governance.policy import Policy
from inhouse.governance.zone import zone_of


@dataclass(frozen=True, slots=True)
class Guard:
    """One backend's rule. `local_by_word`: the company said that it is local, wherever its address lies."""

    policy: Policy
    backend: str
    local_by_word: bool

    def check(self, addresses: tuple[str, ...]) -> None:
        """Raises `policy` if the policy forbids these addresses."""
        zone = Zone.LOCAL if self.local_by_word else zone_of(addresses, self.policy.local_networks)
        self.policy.check_zone(self.backend, zone)
