"""What a model's name alone tells, where its server says nothing: its family, and whether it is a bare base model.

A name is the weakest evidence: the settings and the server come first.
"""

import re

_FAMILIES = {
    "starcoder2": r"starcoder2",
    "starcoder": r"starcoder",
    "codeqwen": r"codeqwen",
    "qwen-coder": r"qwen[\d.]*-?coder",
    "deepseek-coder": r"deepseek-?coder",
    "codellama": r"code-?llama(?!.*(34b|70b|python))",  # those were not trained to
    "codegemma": r"codegemma",
    "codestral": r"codestral",
    "granite-code": r"granite.*code",
}
_FAMILY = {family: re.compile(pattern, re.IGNORECASE) for family, pattern in _FAMILIES.items()}

_TUNED = re.compile(r"(?<![a-z])(instruct|chat|it|sft|dpo|assistant)(?![a-z])", re.IGNORECASE)
_BARE = re.compile(r"(?<![a-z])(base|pt|pretrain(ed)?)(?![a-z])|starcoder", re.IGNORECASE)


def coding_family(name: str) -> str | None:
    """The family whose markers for filling in the middle a model of this name has, or None."""
    return next((family for family, pattern in _FAMILY.items() if pattern.search(name)), None)


def is_base_model(name: str) -> bool:
    """True for a name that says "never tuned to chat": StarCoder's, and those that call themselves base."""
    return bool(_BARE.search(name)) and not _TUNED.search(name)
