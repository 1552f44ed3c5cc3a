"""What stands in a secret's place: a name that a model copies like any other, the same for the same secret."""

import os
import re

PLACEHOLDER = re.compile(r"INHOUSE_SECRET_[0-9a-f]{8}")
SPELT_LIKE_ONE = re.compile(r"INHOUSE_SECRET_?\w*", re.IGNORECASE)
"""A placeholder, or what a model has made of one."""


class Placeholders:
    """For the life of the process. The names tell nothing of the secrets: their key is random and never leaves."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._secrets: dict[str, str] = {}

    def name(self, secret: str) -> str:
        from hashlib import blake2b

        data = secret.encode("utf-8", "surrogatepass")
        for attempt in range(256):
            name = "INHOUSE_SECRET_" + blake2b(data, digest_size=4, key=self._key, salt=bytes([attempt])).hexdigest()
            if self._secrets.setdefault(name, secret) == secret:
                return name
        raise AssertionError("256 names of 32 random bits are taken by others")

    def secret(self, name: str) -> str | None:
        """None for a name that was never given."""
        return self._secrets.get(name)
