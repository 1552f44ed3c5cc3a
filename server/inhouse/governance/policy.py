"""The machine policy: it stands over all settings and can only forbid.

This version does not understand policies yet. A policy that exists therefore refuses all inference: a company that
forbids something must never find it allowed because the program was too old to read the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inhouse.config.schema import Config
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Zone
from inhouse.governance.zone import Network, networks

POLICY_VARIABLE = "INHOUSE_POLICY"


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done. `refusal` is the reason why nothing may, `file` the policy it comes from."""

    air_gapped: bool
    local_networks: tuple[Network, ...]
    file: str | None = None
    refusal: str | None = None

    def check(self) -> None:
        """Raise `policy` if all inference is refused."""
        if self.refusal is not None:
            raise InhouseError(
                kind=ErrorKind.POLICY,
                message=self.refusal,
                hint="Ask your administrator, or use a version that understands policies.",
            )

    def check_zone(self, backend: str, zone: Zone) -> None:
        """Raise `policy` if this zone may not be contacted."""
        self.check()
        if self.air_gapped and zone is Zone.CLOUD:
            raise InhouseError(
                kind=ErrorKind.POLICY,
                message=f"{backend} is not a local backend, and privacy.air_gapped lets nothing leave.",
                hint="Use a local backend, or name the company's own ranges in privacy.local_networks.",
                backend=backend,
            )


def read_policy(config: Config, system_file: Path, environ: Mapping[str, str]) -> Policy:
    """The policy in force. Failing to find out whether there is one counts as one that refuses."""
    file = _found(system_file, environ)
    refusal = None
    if file is not None:
        refusal = (
            f"The machine policy {file} is in force, and this version of Inhouse cannot read policies yet, "
            "so it refuses all inference."
        )
    privacy = config.privacy
    return Policy(privacy.air_gapped, networks(privacy.local_networks), file, refusal)


def _found(system_file: Path, environ: Mapping[str, str]) -> str | None:
    named = environ.get(POLICY_VARIABLE)
    if named is not None:
        return named or f"named by {POLICY_VARIABLE}"
    try:
        system_file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return str(system_file)
    return str(system_file)
