"""Filling in by Ollama's `POST /api/generate`.

Facts of 0.24 (server/routes.go, server/images.go): `suffix` needs a template with a place for one (`insert`), else 400;
with an empty `suffix` the prompt is put into the chat template as what a user says, with an empty prompt the model is
only loaded; a model that can think does, unless told not to; `raw` sends the prompt as it is, special tokens read as
such.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

from inhouse.domain.conversation import SamplingOptions
from inhouse.domain.events import Event
from inhouse.domain.fill import Fill, Filling
from inhouse.domain.models import Ability, Model
from inhouse.governance.admission import AdmittedFill
from inhouse.inference.egress.channel import Channel
from inhouse.inference.fim import prompt as raw
from inhouse.inference.fim.markers import markers_of
from inhouse.inference.ollama.body import sampling
from inhouse.inference.ollama.wire import OllamaWire
from inhouse.inference.openai.answer import read
from inhouse.inference.openai.client import stream
from inhouse.inference.openai.fill import filled_in
from inhouse.inference.openai.messages import encoded
from inhouse.inference.openai.rules import Rules


def filling(model: Model) -> Filling:
    known = raw.filling(model)
    return Filling.MIDDLE if known is Filling.END and _inserts(model) else known


async def fill(channel: Channel, admitted: AdmittedFill, rules: Rules, stack: AsyncExitStack) -> AsyncIterator[Event]:
    """What the model writes. The connection lives on `stack`."""
    asked = admitted.fill
    fields, ends = _fields(asked)
    body = generate_body(asked, fields, ends)
    answer = await stream(channel, "/api/generate", body, asked, stack)
    rules = replace(rules, secret=answer.secret)
    async for event in read(answer.chunks, rules, OllamaWire(rules), (filled_in(asked, ends),)):
        yield event


def _fields(fill: Fill) -> tuple[dict[str, object], tuple[str, ...]]:
    """What the model is to go on with, and what ends its answer. The model's own template is the best, but has no
    place for snippets."""
    request, markers = fill.request, markers_of(fill.model)
    shown = bool(request.snippets) and markers is not None and bool(markers.file)
    if _inserts(fill.model) and request.prefix and request.suffix and not shown:
        return {"prompt": request.prefix, "suffix": request.suffix}, request.stop
    prompt, ends = raw.raw_prompt(fill)
    return {"prompt": prompt, "raw": True}, ends


def _inserts(model: Model) -> bool:
    """By the server's word."""
    return model.capabilities.fim and Ability.FIM not in model.untold


def generate_body(fill: Fill, fields: dict[str, object], ends: tuple[str, ...]) -> bytes:
    asked = SamplingOptions(temperature=fill.request.temperature, stop=ends)
    body = {
        "model": fill.model.id.name,
        **fields,
        "stream": True,
        "think": False,
        "truncate": False,
        "shift": False,
        "options": sampling(asked, fill.model, fill.request.max_tokens),
    }
    return encoded(body)
