"""The one table from the HTTP library's exceptions to errors of ours. A test proves it total."""

import socket
import ssl

import httpcore
import httpx

from inhouse.domain.errors import ErrorKind, InhouseError

# Before an answer has begun. The most specific class of an exception's own ancestry counts.
KINDS: dict[type[Exception], ErrorKind] = {
    httpcore.ConnectError: ErrorKind.UNREACHABLE,
    httpcore.ConnectTimeout: ErrorKind.UNREACHABLE,
    httpcore.ReadError: ErrorKind.UNREACHABLE,
    httpcore.WriteError: ErrorKind.UNREACHABLE,
    httpcore.NetworkError: ErrorKind.UNREACHABLE,
    httpcore.ReadTimeout: ErrorKind.TIMEOUT,
    httpcore.WriteTimeout: ErrorKind.TIMEOUT,
    httpcore.PoolTimeout: ErrorKind.TIMEOUT,
    httpcore.TimeoutException: ErrorKind.TIMEOUT,
    httpcore.ConnectionNotAvailable: ErrorKind.UNREACHABLE,
    httpcore.RemoteProtocolError: ErrorKind.BAD_RESPONSE,
    httpcore.LocalProtocolError: ErrorKind.INVALID_REQUEST,
    httpcore.ProtocolError: ErrorKind.BAD_RESPONSE,
    httpcore.UnsupportedProtocol: ErrorKind.INVALID_CONFIG,
    httpcore.ProxyError: ErrorKind.UNREACHABLE,
    httpx.InvalidURL: ErrorKind.INVALID_CONFIG,
    httpx.HTTPError: ErrorKind.BAD_RESPONSE,
    httpx.StreamError: ErrorKind.BAD_RESPONSE,
    httpx.CookieConflict: ErrorKind.BAD_RESPONSE,
}

CAUGHT = tuple(KINDS)

_UNSENT = (httpcore.ConnectError, httpcore.ConnectTimeout)

_CUT = ("disconnected without sending", "peer closed connection", "incomplete")


def kind_of(exc: Exception) -> ErrorKind:
    """The kind of a failure of the HTTP library; a cut connection counts as unreachable."""
    if isinstance(exc, httpcore.RemoteProtocolError) and any(words in str(exc) for words in _CUT):
        return ErrorKind.UNREACHABLE
    return next(KINDS[cls] for cls in type(exc).__mro__ if cls in KINDS)


def translate(exc: Exception, *, backend: str, where: str) -> InhouseError:
    """What a person is told; `where` is the origin. The exception's own text may hold a key and is not used."""
    kind = kind_of(exc)
    what, hint = _WORDS.get(kind, ("answered with something that is not HTTP", "Check the URL."))
    # httpcore raises its own exceptions anew `from None`, which leaves their reason in the context only.
    reason = exc.__cause__ or exc.__context__
    if isinstance(reason, socket.gaierror):
        what = "cannot be reached: its name has no address"
    elif isinstance(reason, ConnectionRefusedError):
        what = "cannot be reached: nothing listens there (connection refused)"
    sentence = f"{where} {what}."
    if isinstance(reason, ssl.SSLError):
        sentence = f"The TLS handshake with {where} failed: {_tls_reason(reason)}."
        hint = "Set ca_file to the CA bundle that signed its certificate, or correct the URL's scheme."
    return InhouseError(kind=kind, message=sentence, hint=hint, backend=backend, unsent=isinstance(exc, _UNSENT))


_WORDS: dict[ErrorKind, tuple[str, str]] = {
    ErrorKind.UNREACHABLE: (
        "cannot be reached",
        "Check that the server runs and that the URL is right; `inhouse doctor` shows how far it gets.",
    ),
    ErrorKind.TIMEOUT: ("did not answer in time", "Look at the server's load, or raise the time-outs."),
    ErrorKind.INVALID_REQUEST: ("cannot be sent this request", "Check its headers and its key."),
    ErrorKind.INVALID_CONFIG: ("is not an address that can be used", "Correct the backend's url."),
}


def _tls_reason(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return exc.verify_message
    return (exc.reason or "protocol error").replace("_", " ").lower()
