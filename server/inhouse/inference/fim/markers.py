"""The special tokens by which a family of models fills in the middle.

Sources: llama.cpp's llama-vocab.cpp and SGLang's code_completion_parser.py (Qwen, StarCoder, Granite, DeepSeek,
CodeLlama); Qwen's own evaluation (CodeQwen1.5 has StarCoder's spelling); spacing of CodeLlama's and CodeGemma's
markers: collama.nvim; Codestral's order: Ollama's template for it. Each marker is one token of the vocabulary.
"""

from dataclasses import dataclass

from inhouse.domain.models import Model
from inhouse.inference.families import coding_family


@dataclass(frozen=True, slots=True)
class Markers:
    """`prefix` P `suffix` S `middle` is a prompt, or with `suffix_first` `suffix` S `prefix` P. `ends` end an answer,
    beside the markers themselves. `file` begins a file in a prompt of several, where the family was trained on those;
    with `name_inside` the name of the file to fill in stands behind `prefix`."""

    prefix: str
    suffix: str
    middle: str
    ends: tuple[str, ...]
    suffix_first: bool = False
    file: str = ""
    name_inside: bool = False

    @property
    def all(self) -> tuple[str, ...]:
        """What no text of a file may hold, and no answer."""
        return tuple(filter(None, (*(mark.strip() for mark in (self.prefix, self.suffix, self.middle)), self.file)))


_STARCODER = Markers("<fim_prefix>", "<fim_suffix>", "<fim_middle>", ("<|endoftext|>", "<fim_pad>"))

_BAR = "\N{FULLWIDTH VERTICAL LINE}"

_MARKERS = {
    "starcoder2": Markers(
        "<fim_prefix>",
        "<fim_suffix>",
        "<fim_middle>",
        ("<|endoftext|>", "<fim_pad>"),
        file="<file_sep>",
        name_inside=True,
    ),
    "starcoder": _STARCODER,
    "granite-code": _STARCODER,
    "codeqwen": _STARCODER,
    "qwen-coder": Markers(
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "<|fim_middle|>",
        ("<|endoftext|>", "<|fim_pad|>", "<|repo_name|>", "<|im_end|>", "<|im_start|>"),
        file="<|file_sep|>",
    ),
    "deepseek-coder": Markers(
        f"<{_BAR}fim▁begin{_BAR}>",
        f"<{_BAR}fim▁hole{_BAR}>",
        f"<{_BAR}fim▁end{_BAR}>",
        (f"<{_BAR}end▁of▁sentence{_BAR}>", "<|EOT|>"),
    ),
    "codellama": Markers("<PRE> ", " <SUF>", " <MID>", ("<EOT>", "</s>")),
    "codegemma": Markers("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", ("<|file_separator|>", "<eos>")),
    "codestral": Markers("[PREFIX]", "[SUFFIX]", "", ("</s>",), suffix_first=True),
}


def markers_of(model: Model) -> Markers | None:
    """By the model's name, else by the family that its server names; None where neither is known."""
    family = coding_family(model.id.name) or coding_family(model.family or "")
    return None if family is None else _MARKERS.get(family)
