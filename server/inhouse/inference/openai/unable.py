"""What a server cannot do with a model, from its words, and the flag that would let it.

Texts of llama.cpp b11549, vLLM 0.32.0, TGI 3.3.6-dev0, Ollama v0.33.0-rc2, LiteLLM 1.109.1.
"""

import re
from dataclasses import dataclass

from inhouse.domain.errors import Refusal
from inhouse.domain.models import Kind, ModelId


@dataclass(frozen=True, slots=True)
class Unable:
    what: Refusal
    hint: str

    def sentence(self, name: str) -> str:
        if self.what is Refusal.TOOLS:
            return f"{name} cannot call tools as its server runs now."
        if self.what is Refusal.CHAT_TEMPLATE:
            return f"{name} has no chat template, so its server cannot chat with it."
        return f"{name} cannot read images as its server runs now."


VLLM_TOOLS = "Start vLLM with --enable-auto-tool-choice --tool-call-parser NAME (its documentation lists the names)."
LLAMACPP_TOOLS = "Start llama.cpp's server with --jinja and, if the model's own lacks tools, a --chat-template-file."

_ADVICE = {
    Kind.VLLM: "start vLLM with --enable-auto-tool-choice --tool-call-parser NAME",
    Kind.SGLANG: "start SGLang with --tool-call-parser NAME",
    Kind.LLAMACPP: "start llama.cpp's server with --jinja and a chat template that knows tools",
    Kind.EMBEDDED: "use a model that can call tools",
    Kind.OLLAMA: "give the model a TEMPLATE that knows tools in its Modelfile",
    Kind.TGI: "start TGI with a chat template that knows tools (--tokenizer-config-path)",
    Kind.HUGGINGFACE: "name a provider that can, as MODEL:PROVIDER",
}


def advice_on_parser(kind: Kind, model: ModelId) -> str:
    """For an answer whose text looks like a tool call."""
    remedy = _ADVICE.get(kind, "let its server parse tool calls")
    return (
        f"{model.name} wrote a tool call as text, and nothing was called: {remedy}, "
        f"or set tool_calls_in_text = true for the backend {model.backend}."
    )


def advice_on_tools(kind: Kind) -> str:
    """What would let a model call tools, as far as its server's kind tells; else empty."""
    remedy = _ADVICE.get(kind)
    return "" if remedy is None else f"To let it call them, {remedy}."


_TEXTS: tuple[tuple[str, Unable], ...] = (
    (r"tool choice requires --enable-auto-tool-choice", Unable(Refusal.TOOLS, VLLM_TOOLS)),
    (r"tools? param requires --jinja", Unable(Refusal.TOOLS, LLAMACPP_TOOLS)),
    (
        r"does not support tools",
        Unable(Refusal.TOOLS, "Pick a model for which `ollama show` lists the capability tools."),
    ),
    (
        r"does not support parameters: \[[^\]]*'tools'|support (tool use|tool calling|function calling)"
        r"|(tools|tool calling|function calling) (is|are) not supported",
        Unable(Refusal.TOOLS, "Pick a model that can call tools, or ask without them."),
    ),
    (
        r"default chat template is no longer allowed",
        Unable(Refusal.CHAT_TEMPLATE, "Start vLLM with --chat-template FILE."),
    ),
    (
        r"template error: template not found",
        Unable(
            Refusal.CHAT_TEMPLATE,
            "Start TGI with --tokenizer-config-path FILE, a tokenizer_config.json with a chat_template.",
        ),
    ),
    (
        r"does not support chat\b",
        Unable(Refusal.CHAT_TEMPLATE, "Give the model a TEMPLATE in its Modelfile, or pick another one."),
    ),
    (
        r"chat[ _]template is not set|must provide a chat template",
        Unable(Refusal.CHAT_TEMPLATE, "Give the server a chat template for this model, or pick another one."),
    ),
    (
        r"image input is not supported",
        Unable(Refusal.IMAGES, "Start llama.cpp's server with the model's --mmproj file."),
    ),
    (
        r"is not a multimodal model|at most 0 image|does not support (vision|image)|images? (is|are) not supported",
        Unable(Refusal.IMAGES, "Pick a model that reads images, or leave them out."),
    ),
)
_PATTERNS = tuple((re.compile(text, re.IGNORECASE), unable) for text, unable in _TEXTS)


def refused_by(said: str, of_type: str) -> Unable | None:
    """What the server says it cannot do, by its message and its type for programs; None for any other refusal."""
    text = f"{said[:2000]} {of_type[:100]}"
    return next((unable for pattern, unable in _PATTERNS if pattern.search(text)), None)
