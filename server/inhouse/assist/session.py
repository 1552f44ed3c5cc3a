"""Everything a request works on, frozen at its start; a change of settings makes a new one."""

from collections.abc import Mapping
from dataclasses import dataclass

from inhouse.config.load import Loaded
from inhouse.config.schema import Config
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.backend import Backend
from inhouse.inference.catalog import Catalog
from inhouse.inference.route import Router


@dataclass(frozen=True, slots=True)
class Session:
    """`loaded` keeps where each setting comes from."""

    loaded: Loaded
    policy: Policy
    backends: Mapping[str, Backend]
    catalog: Catalog
    router: Router
    redactor: Redactor

    @property
    def config(self) -> Config:
        return self.loaded.config
