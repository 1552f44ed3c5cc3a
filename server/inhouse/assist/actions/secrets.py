"""Secrets in edits: the model has seen only what stands for them, and an edit must neither lose nor alter one."""

from inhouse.domain.events import Notice
from inhouse.governance.redaction.placeholders import PLACEHOLDER
from inhouse.governance.redaction.redactor import Redactor


def restored(answer: str, redactor: Redactor) -> tuple[str, tuple[Notice, ...]]:
    """The answer with its secrets, and what the user is to be told of it."""
    text, count = redactor.restore(answer)
    if not count:
        return text, ()
    what, them = ("A secret was", "it") if count == 1 else (f"{count} secrets were", "them")
    return text, (Notice(f"{what} put back into the edit: the model saw only what stands for {them}."),)


def damage(old: str, new: str, redactor: Redactor) -> str | None:
    """Why `new` must not take the place of `old`, both with their secrets; None if it may."""
    for name in set(PLACEHOLDER.findall(redactor.redact(old).text)):
        secret = redactor.placeholders.secret(name)
        if secret:
            new = new.replace(secret, name)
    return redactor.check_kept(old, new)
