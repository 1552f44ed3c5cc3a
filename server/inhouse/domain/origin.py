"""An origin (scheme, host, port): what a key is bound to and what a policy allows."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, lower-case host (IPv6 without brackets) and port, RFC 6454."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """True for a literal loopback address and for `localhost`, which RFC 6761 reserves for it."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @classmethod
    def parse(cls, url: str) -> "Origin":
        """The origin of an http or https URL.

        Raises ValueError, with a sentence that never repeats the URL's user info, for anything else.
        """
        if any(ord(char) <= 0x20 or ord(char) == 0x7F for char in url):
            raise ValueError("the URL holds white space or control characters")
        parts = _split(url)
        if parts.scheme not in DEFAULT_PORTS:
            raise ValueError("the URL must begin with http:// or https://")
        if parts.username is not None or parts.password is not None:
            raise ValueError("the URL must not hold a user name or password; use api_key_env")
        if parts.query or parts.fragment:
            raise ValueError("the URL must not hold a query or fragment")
        if not parts.hostname:
            raise ValueError("the URL names no host")
        port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
        if port == 0:
            raise ValueError("port 0 is no port")
        return cls(parts.scheme, _ascii_host(parts.hostname), port)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is not a number in range
    except ValueError:
        raise ValueError("the URL cannot be read") from None
    return parts


def _ascii_host(host: str) -> str:
    """In lower case. A name that the two IDNA standards read differently (`faß` is also `fass`) is refused: it would
    be trusted as one host and connected to as another."""
    if host.isascii():
        return host.lower()
    try:
        encoded = host.encode("idna")
        unambiguous = encoded.decode("idna") == host.lower()
    except UnicodeError:
        unambiguous, encoded = False, b""
    if not unambiguous:
        raise ValueError("the host is not a plain internationalised name; write it in its ASCII form (xn--...)")
    return encoded.decode("ascii").lower()
