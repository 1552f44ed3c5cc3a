"""How much did not fit into what, from the words of a server that refused it."""

import re

from inhouse.domain.errors import TokenCount
from inhouse.inference.tolerant import Json, integer

_LARGEST_CONTEXT = 100_000_000

_LIMIT = re.compile(
    r"available context size \((?P<llamacpp>\d{1,10}) tokens\)"
    r"|context length (?:of (?:only )?|is |\()(?P<vllm_sglang_lmstudio>\d{1,10})"
    r"|max_model_len=(?P<vllm_max_tokens>\d{1,10})"
    r"|must be <= (?P<tgi>\d{1,10})"
    r"|must have less than (?P<tgi_input>\d{1,10}) tokens",
    re.IGNORECASE,
)
_NEEDED = re.compile(
    r"request \((\d{1,10}) tokens\)"  # llama.cpp
    r"|requested (?:a total of )?(\d{1,10}) tokens"  # vLLM before 0.9, SGLang
    r"|(?:contains|resulted in)(?: at least)? (\d{1,10}) (?:input )?tokens"  # vLLM, OpenAI
    r"|max_tokens=(\d{1,10}) cannot"  # vLLM
    r"|Given: (\d{1,10})"  # TGI, without the answer
    r"|input \((\d{1,10}) tokens\)"  # SGLang
    r"|request has (\d{1,10}) input tokens",  # vLLM, without the answer
    re.IGNORECASE,
)
_ANSWER = re.compile(r"and (\d{1,10}) .max_new_tokens.|is too large: (\d{1,10})\b", re.IGNORECASE)


def overflow(said: str, fields: Json) -> TokenCount | None:
    """From fields (llama.cpp) or from the text; None where it holds no limit. Answer and prompt are added up where the
    server counts them apart; where it says the limit alone, the input is one more than that."""
    limit = integer(fields, "n_ctx") or _first(_LIMIT, said)
    if limit is None or not 0 < limit <= _LARGEST_CONTEXT:
        return None
    needed = integer(fields, "n_prompt_tokens") or _first(_NEEDED, said)
    if needed is None:
        return TokenCount(limit + 1, limit)
    return TokenCount(needed + (_first(_ANSWER, said) or 0), limit)


def _first(pattern: re.Pattern[str], said: str) -> int | None:
    found = pattern.search(said)
    if found is None:
        return None
    return next((int(group) for group in found.groups() if group is not None), None)
