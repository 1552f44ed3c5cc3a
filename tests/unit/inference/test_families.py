"""What a name alone tells of a model, and what it does not."""

import pytest

from inhouse.inference.families import coding_family, is_base_model


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("bigcode/starcoder2-3b", "starcoder2"),
        ("bigcode/starcoderbase-1b", "starcoder"),
        ("Qwen/Qwen2.5-Coder-7B-Instruct", "qwen-coder"),
        ("qwen3-coder:30b", "qwen-coder"),
        ("Qwen/CodeQwen1.5-7B", "codeqwen"),
        ("deepseek-ai/deepseek-coder-6.7b-base", "deepseek-coder"),
        ("codellama/CodeLlama-7b-hf", "codellama"),
        ("codellama/CodeLlama-34b-hf", None),
        ("codellama:7b-python", None),
        ("google/codegemma-2b", "codegemma"),
        ("mistralai/Codestral-22B-v0.1", "codestral"),
        ("ibm-granite/granite-8b-code-base", "granite-code"),
        ("ibm-granite/granite-3.3-8b-instruct", None),
        ("Qwen/Qwen2.5-7B-Instruct", None),
        ("meta-llama/Llama-3.1-8B", None),
        ("", None),
    ],
)
def test_the_family(name: str, family: str | None) -> None:
    assert coding_family(name) == family


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("bigcode/starcoder2-3b", True),
        ("bigcode/starcoder2-15b-instruct-v0.1", False),
        ("deepseek-ai/deepseek-coder-6.7b-base", True),
        ("google/gemma-3-4b-pt", True),
        ("google/gemma-3-4b-it", False),
        ("databases-helper", False),
        ("gpt-4", False),
        ("pretrained-thing", True),
        ("acme/base-chat", False),
        ("Llama-3.1-8B", False),
    ],
)
def test_whether_it_was_ever_tuned_to_chat(name: str, bare: bool) -> None:
    assert is_base_model(name) is bare
