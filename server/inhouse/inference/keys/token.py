"""For how long a short-lived key is kept: until its own `exp` where it is a JWT, else for a time that is configured."""

import math
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass

from inhouse.domain.secret import Secret
from inhouse.inference.tolerant import as_object, parse

MARGIN_SECONDS = 30.0
"""Before `exp` from which on a token is not used: a request takes time on its way, and clocks differ."""
MARGIN_SHARE = 0.1
"""Of the time a token has left, where that makes a smaller margin: one for a minute is to be used for most of it."""


@dataclass(frozen=True, slots=True)
class Token:
    """`until` is on the wall clock where the token itself says it, for it means that one; else on the monotonic one."""

    secret: Secret
    until: float
    by_wall_clock: bool

    @property
    def valid(self) -> bool:
        return (time.time() if self.by_wall_clock else time.monotonic()) < self.until


def token(secret: Secret, ttl: float) -> Token:
    """As it is kept from now on."""
    expires = expiry(secret.reveal())
    if expires is None:
        return Token(secret, time.monotonic() + ttl, by_wall_clock=False)
    left = max(0.0, expires - time.time())
    return Token(secret, expires - min(MARGIN_SECONDS, MARGIN_SHARE * left), by_wall_clock=True)


def expiry(key: str) -> float | None:
    """Seconds since the epoch, from the payload of a JWT (RFC 7519 §4.1.4); its signature is the server's business."""
    parts = key.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        found = as_object(parse(payload)).get("exp")
    except ValueError:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return float(found)
