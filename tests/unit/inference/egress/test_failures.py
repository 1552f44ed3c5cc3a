"""Every failure of the HTTP library becomes an error of ours: none may reach the user as a traceback."""

import ssl
from types import ModuleType

import httpcore
import httpx
import pytest

from inhouse.domain.errors import ErrorKind
from inhouse.inference.egress.failures import CAUGHT, KINDS, kind_of, translate

WHERE = "http://lab:8000"


def exceptions(module: ModuleType) -> list[type[Exception]]:
    found = (getattr(module, name) for name in vars(module) if not name.startswith("_"))
    return sorted({each for each in found if isinstance(each, type) and issubclass(each, Exception)}, key=str)


def raised(cls: type[Exception]) -> Exception:
    """As the library raises it, whatever its arguments are."""
    return cls.__new__(cls, "Bearer sk-3f9a")


@pytest.mark.parametrize(
    "cls", [*exceptions(httpcore), *exceptions(httpx)], ids=lambda cls: f"{cls.__module__}.{cls.__name__}"
)
def test_the_table_is_total(cls: type[Exception]) -> None:
    assert issubclass(cls, CAUGHT)
    error = translate(raised(cls), backend="lab", where=WHERE)
    assert error.kind is kind_of(raised(cls))
    assert (error.backend, bool(error.hint)) == ("lab", True)
    assert WHERE in error.message
    assert "sk-3f9a" not in error.message + error.hint
    assert cls.__name__ not in error.message


def test_the_walk_sees_them() -> None:
    assert set(KINDS) <= {*exceptions(httpcore), *exceptions(httpx)}
    assert len(exceptions(httpcore)) > 10


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Server disconnected without sending a response.", ErrorKind.UNREACHABLE),
        ("peer closed connection without sending complete message body", ErrorKind.UNREACHABLE),
        ("illegal status line: bytearray(b'SSH-2.0')", ErrorKind.BAD_RESPONSE),
    ],
)  # fmt: skip
def test_a_cut_connection_is_no_bad_answer(text: str, kind: ErrorKind) -> None:
    assert kind_of(httpcore.RemoteProtocolError(text)) is kind


@pytest.mark.parametrize("cls", [httpcore.ConnectTimeout, httpcore.ConnectError, httpcore.ReadError])
def test_nobody_there_is_unreachable(cls: type[Exception]) -> None:
    assert kind_of(cls()) is ErrorKind.UNREACHABLE


def test_a_failed_handshake_says_why() -> None:
    error = httpcore.ConnectError("boom")
    error.__cause__ = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    error.__cause__.reason = "WRONG_VERSION_NUMBER"  # as OpenSSL's own have it
    told = translate(error, backend="lab", where=WHERE)
    assert told.message.startswith(f"The TLS handshake with {WHERE} failed: wrong version number")
    assert "ca_file" in told.hint
    assert "_ssl.c" not in told.message
