"""`inhouse/models`."""

from inhouse.assist.models import list_models
from inhouse.assist.shapes import Shape, model_list_value
from inhouse.lsp import params
from inhouse.lsp.sessions import Sessions


async def models(sessions: Sessions, given: object) -> Shape:
    wanted = params.read(params.ModelsParams, given)
    session = await sessions.current()
    return model_list_value(await list_models(session, refresh=wanted.refresh))
