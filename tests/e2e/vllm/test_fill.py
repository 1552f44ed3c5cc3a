"""Filling in at a real vLLM: the markers in the prompt, and stop texts that are special tokens."""

from dataclasses import replace
from pathlib import Path

from inhouse.domain.events import FinishReason
from inhouse.domain.fill import Filling
from tests.e2e.filling import MARKED_TOKENS, PLACE, admitted, backend, filled
from tests.e2e.servers import fim_model
from tests.e2e.servers.vllm import Options, converted, vllm


async def test_vllm_fills_in_with_the_familys_markers(tmp_path: Path, embedded_model: Path) -> None:
    (tmp_path / "models").mkdir()
    model = converted(tmp_path / "models", fim_model.with_markers(embedded_model, tmp_path))
    with vllm(tmp_path / "vllm", model, Options(name=fim_model.NAME)) as server:
        async with backend(server, fim_model.NAME) as (lab, listed):
            assert lab.filling(listed) is Filling.MIDDLE
            text, last = await filled(lab, admitted(listed))
            assert "<|" not in text
            assert last.usage.input_tokens == MARKED_TOKENS
            whole, _ = await filled(lab, admitted(listed, replace(PLACE, max_tokens=40, temperature=None)))
            word = whole.split()[-1]
            _, last = await filled(lab, admitted(listed, replace(PLACE, max_tokens=40, stop=("a", word))))
            assert last.finish_reason is FinishReason.STOP
