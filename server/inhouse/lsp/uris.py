"""Document URIs: one key per document, and paths for those that are files."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

_DRIVE = re.compile(r"(?i:file):///([A-Za-z]):")


def key(uri: str) -> str:
    """The same for every spelling of one document: escapes undone, `C:` and `c%3A` alike."""
    plain = unquote(uri)
    drive = _DRIVE.match(plain)
    return f"file:///{drive[1].lower()}:{plain[drive.end() :]}" if drive else plain


def to_path(uri: str) -> Path | None:
    """The file a URI names; None for any other scheme, for another host, and for what no path can be."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme.lower() != "file" or not path.startswith("/") or "\0" in path:
        return None
    if sys.platform == "win32":
        return Path(f"//{parts.netloc}{path}" if parts.netloc else path.removeprefix("/"))
    return Path(path) if parts.netloc in {"", "localhost"} else None
