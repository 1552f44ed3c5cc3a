"""Passwords in URLs and connection strings: `scheme://user:password@host`, keys in a query, `curl -u user:password`."""

import re
from collections.abc import Iterator

from inhouse.governance.redaction.found import Found
from inhouse.governance.redaction.plausible import is_key, is_password

_URL = re.compile(r"://(?P<user>[^\s/:@\"'<>`]{0,100}):(?P<secret>[^\s/\"'<>`@]{3,300})@(?=[\w\[.])")
_QUERY = re.compile(r"[?&](?:sig|signature|x-amz-signature|sas|key|code)=(?P<secret>[\w%.~+/-]{20,500})")
_USER = re.compile(r"[ \t](?:-u|--user|--proxy-user)[ \t=]\"?'?[\w.@-]{1,80}:(?P<secret>[^\s\"']{6,200})")
_HARMLESS = re.compile(r"[$%{<\[(*]|(?:pass|password|passwd|pwd|secret|token|x+|changeme|example)\Z", re.IGNORECASE)


def urls(text: str, lower: str) -> Iterator[Found]:
    if "://" in text:
        for match in _URL.finditer(text):
            if not _HARMLESS.match(match["secret"]) and match["secret"] != match["user"]:
                yield _found(match, "password in a url")
        for match in _QUERY.finditer(lower):
            if is_key(text[slice(*match.span("secret"))]):
                yield _found(match, "key in a url")
    if " -u" in text or "user" in text:
        for match in _USER.finditer(text):
            if is_password(match["secret"]):
                yield _found(match, "password of a command")


def _found(match: re.Match[str], rule: str) -> Found:
    return Found(match.start("secret"), match.end("secret"), rule)
