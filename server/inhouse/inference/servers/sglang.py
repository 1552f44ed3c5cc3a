"""SGLang: `GET /model_info` names the parsers it was started with (older: `/get_model_info`); counts as vLLM does.

From its http_server.py and protocol.py, 0.5.
"""

from inhouse.domain.models import Kind
from inhouse.inference.fim.prompt import filling
from inhouse.inference.listing import ListedModel, Listing
from inhouse.inference.prober import Prober
from inhouse.inference.servers import openai, vllm
from inhouse.inference.servers.server import Server
from inhouse.inference.tolerant import Json, flag, text


async def list_models(prober: Prober) -> Listing:
    entries = await openai.entries(prober)
    info = await prober.found("/model_info") or await prober.found("/get_model_info")
    return Listing(tuple(_told(openai.listed(entry), info) for entry in entries))


def _told(model: ListedModel, info: Json) -> ListedModel:
    return ListedModel(
        model.name,
        model.context_length,
        tools=bool(text(info, "tool_call_parser")) if "tool_call_parser" in info else None,
        thinking=bool(text(info, "reasoning_parser")) if "reasoning_parser" in info else None,
        images=flag(info, "has_image_understanding"),
        family=text(info, "model_type") or None,
    )


SERVER = Server(
    Kind.SGLANG,
    list_models,
    openai.chat(),
    openai.complete(),
    openai.fill(),
    filling,
    vllm.count_messages,
    vllm.count_text,
)
