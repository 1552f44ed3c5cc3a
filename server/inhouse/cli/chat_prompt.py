"""The question of `inhouse chat`: its words, what is piped in, and the files attached to it."""

import os
import stat
import sys
import uuid
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from inhouse.domain.conversation import ChatRequest, Message, Role, SamplingOptions, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.markdown import fenced
from inhouse.workspace.attachments import read_attachment
from inhouse.workspace.exclude import Excludes
from inhouse.workspace.root import root_of

PIPE_LIMIT = 16_000_000
"""Bytes of stdin; no model's context holds as much."""


def request(args: Namespace, exclude: Sequence[str]) -> ChatRequest:
    """`exclude` is `privacy.exclude`."""
    # The files come first, since one that cannot be read must not wait for a pipe's end.
    root, excludes = root_of(Path.cwd()), Excludes(exclude)
    files = [read_attachment(file, root, excludes).as_block() for file in args.files]
    question = "\n\n".join([_words(args.prompt), *files])
    system = [Message(Role.SYSTEM, (TextPart(args.system),))] if args.system else []
    return ChatRequest(
        id=uuid.uuid4().hex,
        messages=(*system, Message(Role.USER, (TextPart(question),))),
        model=args.model,
        options=SamplingOptions(max_tokens=args.max_tokens),
        initiator="cli",
    )


def _words(prompt: str | None) -> str:
    """The prompt, with what is piped in under it; or what is piped in alone."""
    if prompt == "-":
        return _required(_stdin())
    piped = _stdin() if _is_piped() else ""
    if prompt is None:
        return _required(piped)
    return f"{_required(prompt)}\n\n{fenced(piped)}" if piped.strip() else _required(prompt)


def _required(text: str) -> str:
    if text.strip():
        return text
    raise InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message="There is no question to ask.",
        hint='Give one (inhouse chat "Why …?") or pipe one in; see `inhouse chat --help`.',
    )


def _is_piped() -> bool:
    """Whether stdin is a pipe, a file or a socket. A terminal is not, nor /dev/null, which a service has there."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):  # closed, or never there
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def _stdin() -> str:
    try:
        data = sys.stdin.buffer.read(PIPE_LIMIT + 1)
        if len(data) > PIPE_LIMIT:
            raise _unreadable(f"is longer than {PIPE_LIMIT // 1_000_000} MB")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("is not UTF-8 text") from None
    except (AttributeError, OSError, ValueError):
        raise _unreadable("cannot be read") from None


def _unreadable(why: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.INVALID_REQUEST, message=f"The standard input {why}.", hint="Pipe text into it, in UTF-8."
    )
