"""`inhouse chat`: one question, one answer."""

import time
from argparse import Namespace
from functools import partial

from inhouse.assist.chat import stream
from inhouse.assist.session import Session
from inhouse.assist.shapes import Timing
from inhouse.cli import chat_prompt, settings
from inhouse.cli.chat_views import JsonDocument, JsonLines, TextView, View
from inhouse.cli.exit_codes import DONE
from inhouse.cli.session import run_on
from inhouse.config.paths import Paths
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.events import Finished, TextDelta, ThinkingDelta, ToolCall


def run(args: Namespace) -> int:
    paths = Paths.current()
    loaded = settings.require(args, paths)
    request = chat_prompt.request(args, loaded.config.privacy.exclude)
    view = _view(args)
    try:
        run_on(loaded, paths, partial(_answer, request=request, view=view))
    finally:
        view.close()
    return DONE


def _view(args: Namespace) -> View:
    if not args.json:
        return TextView(stream=args.stream)
    return JsonLines() if args.stream else JsonDocument()


async def _answer(session: Session, request: ChatRequest, view: View) -> None:
    started = time.monotonic()
    first: float | None = None
    async with stream(session, request) as events:
        async for event in events:
            if first is None and isinstance(event, TextDelta | ThinkingDelta | ToolCall):
                first = time.monotonic() - started
            if isinstance(event, Finished):
                view.end(event, Timing(first, time.monotonic() - started))
            else:
                view.show(event)
