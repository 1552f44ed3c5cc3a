"""`inhouse/status`."""

from inhouse.assist import status as use_case
from inhouse.assist.shapes import Shape, status_value
from inhouse.lsp.sessions import Sessions


async def status(sessions: Sessions) -> Shape:
    return status_value(await use_case.status(await sessions.current()))
