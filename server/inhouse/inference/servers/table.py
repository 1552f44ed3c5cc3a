"""The server module of each kind. A further kind is a module beside this one, and a line here."""

from inhouse.domain.models import Kind
from inhouse.inference.servers import huggingface, llamacpp, lmstudio, ollama, openai, sglang, tgi, vllm
from inhouse.inference.servers.server import Server

SERVERS: dict[Kind, Server] = {
    module.SERVER.kind: module.SERVER for module in (vllm, tgi, ollama, llamacpp, sglang, lmstudio, huggingface, openai)
}
