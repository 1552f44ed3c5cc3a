"""An opaque id for a conversation, by which a router keeps it on the replica that has its prefix in the cache."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from inhouse.domain.conversation import ChatRequest, Role, TextPart
from inhouse.domain.secret import Secret


def affinity_id(request: ChatRequest, key: Secret) -> str:
    """32 hexadecimal digits, the same from turn to turn: of the client's conversation id, else of the conversation's
    head, under a key of this user's that never leaves, so that nobody can tell what was said or who said it."""
    named = request.conversation_id or conversation_head(request)
    return hmac.digest(key.reveal().encode(), named.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:32]


def conversation_head(request: ChatRequest) -> str:
    """A hash of all up to the first thing that the user said: it stays when the conversation grows. To be taken before
    anything is left out of it."""
    texts: list[str] = []
    for message in request.messages:
        texts += [part.text for part in message.parts if isinstance(part, TextPart)]
        if message.role is Role.USER:
            break
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def affinity_key(folder: Path) -> Secret:
    """This user's key, made on first use and kept in `folder`; one for this process alone where that cannot be."""
    file = folder / "affinity.key"
    made = secrets.token_hex(32)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), os.fdopen(os.open(file, _CREATE, 0o600), "w") as new:
            new.write(made)
        kept = file.read_text().strip()
    except (OSError, ValueError):
        kept = ""
    return Secret(kept if len(kept) == len(made) else made)


_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
