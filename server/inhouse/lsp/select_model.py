"""`inhouse.selectModel`: the model of this connection for requests that name none."""

from collections.abc import Sequence

from inhouse.assist.models import list_models
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.domain.models import Model, ModelState
from inhouse.inference.route import AUTO
from inhouse.lsp import params
from inhouse.lsp.client import Client
from inhouse.lsp.questions import INFO, choose
from inhouse.lsp.selected_model import SelectedModel


async def select_model(client: Client, session: Session, selected: SelectedModel, given: object) -> Shape:
    """Asks the user where no model is named; without an answer the selection stays. `auto` undoes it.

    Raises `model_not_found`, and what listing models raises."""
    wanted = params.read(params.SelectModelParams, given).model
    if wanted is None:
        wanted = await _asked(client, await _models(session))
    if wanted == AUTO:
        selected.id = None
    elif wanted is not None:
        selected.id = str((await session.router.resolve(wanted)).model.id)
    return {"model": selected.id}


async def _models(session: Session) -> Sequence[Model]:
    found = await list_models(session, refresh=False)
    return [model for model in found.models if model.capabilities.chat and model.state is not ModelState.UNAVAILABLE]


async def _asked(client: Client, models: Sequence[Model]) -> str | None:
    if not models:
        return None
    return await choose(client, "Which model is to answer?", [str(model.id) for model in models], severity=INFO)
