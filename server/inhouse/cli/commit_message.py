"""`inhouse commit-message`: a message for what is staged, or for a range of commits."""

import time
import uuid
from argparse import Namespace
from functools import partial
from pathlib import Path

from inhouse.assist.commit_changes import read_changes
from inhouse.assist.commit_message import CommitRequest, Written, write
from inhouse.assist.session import Session
from inhouse.assist.shapes import Timing
from inhouse.cli import settings
from inhouse.cli.chat_views import TextView
from inhouse.cli.exit_codes import DONE
from inhouse.cli.session import run_on
from inhouse.config.paths import Paths
from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Notice, Progress, TextDelta


def run(args: Namespace) -> int:
    paths = Paths.current()
    loaded = settings.require(args, paths)
    view = TextView(stream=False)
    try:
        run_on(loaded, paths, partial(_write, args=args, view=view))
    finally:
        view.close()
    return DONE


async def _write(session: Session, args: Namespace, view: TextView) -> None:
    began = time.monotonic()
    request = CommitRequest(
        id=uuid.uuid4().hex,
        changes=await read_changes(Path.cwd(), session.config, args.diff),
        model=args.model,
        embedded_stands_in=args.allow_fallback,
    )
    try:
        async with write(session, request) as steps:
            async for step in steps:
                if isinstance(step, Written):
                    view.show(TextDelta(f"{step.message}\n"))
                    view.end(step.finished, Timing(None, time.monotonic() - began))
                elif isinstance(step, Progress | Notice):
                    view.show(step)
    except InhouseError as exc:
        if exc.stand_in is not None:
            exc.hint = f"{exc.hint} With --allow-fallback, {exc.stand_in} would write it.".strip()
        raise
