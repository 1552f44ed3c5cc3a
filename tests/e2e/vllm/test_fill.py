"""Filling in at a real vLLM: the markers in the prompt, and stop texts that are special tokens."""

from pathlib import Path

from inhouse.domain.fill import Filling
from tests.e2e.filling import MARKED_TOKENS, PLACE, admitted, backend, filled
from tests.e2e.servers import fim_model
from tests.e2e.servers.running import RunningServer
from tests.e2e.servers.vllm import Options, converted, vllm

MARKER = "<|fim_prefix|>"


async def test_vllm_fills_in_with_the_familys_markers(tmp_path: Path, embedded_model: Path) -> None:
    (tmp_path / "models").mkdir()
    model = converted(tmp_path / "models", fim_model.with_markers(embedded_model, tmp_path))
    with vllm(tmp_path / "vllm", model, Options(name=fim_model.NAME)) as server:
        async with backend(server, fim_model.NAME) as (lab, listed):
            assert lab.filling(listed) is Filling.SNIPPETS
            text, last = await filled(lab, admitted(listed))
            assert text
            assert "<|" not in text, "an end is told as one, not as text"
            assert last.usage.input_tokens == MARKED_TOKENS
        assert _ended_by(server, skip_special_tokens=True) == "length"
        assert _ended_by(server, skip_special_tokens=False) == "stop"


def _ended_by(server: RunningServer, *, skip_special_tokens: bool) -> str:
    """Of a completion in which every token is a marker that is also a stop text."""
    with server.client() as client:
        (token,) = client.post(
            "/tokenize", json={"model": server.model, "prompt": MARKER, "add_special_tokens": False}
        ).json()["tokens"]
        body = {
            "model": server.model,
            "prompt": PLACE.prefix,
            "max_tokens": 4,
            "stop": [MARKER],
            "skip_special_tokens": skip_special_tokens,
            "logit_bias": {str(token): 100},
        }
        (choice,) = client.post("/v1/completions", json=body).json()["choices"]
    return choice["finish_reason"]
