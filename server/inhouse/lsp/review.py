"""`inhouse/review`, and the command `inhouse.review`."""

from lsprotocol import types

from inhouse.assist.shapes import Shape
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import long_command, params
from inhouse.lsp.review_run import ReviewRun, Wanted
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving, argument
from inhouse.lsp.stages import Stages

TITLE = "Inhouse: review"


async def review(ls: InhouseServer, serving: Serving, given: object) -> Shape:
    """Cancelling this coroutine stops the backend; what was found until then stays shown."""
    wanted = params.read(params.ReviewParams, given)
    uris = _uris(wanted)
    session = await serving.sessions.current()
    run = ReviewRun(ls, serving, session, Wanted(uris, wanted.model, wanted.partial_result_token))
    with serving.jobs.running(uris[0] if len(uris) == 1 else None):
        async with ls.work_done(wanted.work_done_token, TITLE) as progress, Stages(progress) as stages:
            return await run.report(stages)


async def review_document(ls: InhouseServer, serving: Serving, call: types.ExecuteCommandParams) -> Shape:
    """The report."""
    uri = params.read(params.ReviewDocumentParams, argument(call)).uri
    if uri is None:
        raise _no_changes()
    run = ReviewRun(ls, serving, await serving.sessions.current(), Wanted((uri,)))
    return await long_command.run(ls, serving, call, uri, run.told_report, title=TITLE)


def _uris(wanted: params.ReviewParams) -> tuple[str, ...]:
    given = [each for each in (wanted.uris, wanted.diff, wanted.staged, wanted.revisions) if each is not None]
    if len(given) != 1:
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message="The params are not valid: exactly one of uris, diff, staged and revisions says what to review.",
            hint="The shapes are in docs/protocol.md.",
        )
    if wanted.uris is None:
        raise _no_changes()
    return tuple(wanted.uris)


def _no_changes() -> InhouseError:
    return InhouseError(
        kind=ErrorKind.UNSUPPORTED,
        message="This version reviews documents; changes of a repository are not reviewed yet.",
        hint="Name the documents: `uris` in inhouse/review, `uri` in the command inhouse.review.",
    )
