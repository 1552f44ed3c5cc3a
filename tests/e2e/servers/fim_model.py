"""The embedded model with markers for filling in the middle, as the vocabularies of Qwen-Coder have them.

SmolLM2 has none, but special tokens for notebooks and issues of which some have names as long: they are renamed within
the file. What the model then fills in makes no sense, but all that a server does with such markers is real.
"""

from pathlib import Path

NAME = "qwen2.5-coder-smol"
"""A name by which its family is known."""

_RENAMED = {
    b"<jupyter_text>": b"<|fim_prefix|>",
    b"<jupyter_code>": b"<|fim_suffix|>",
    b"<empty_output>": b"<|fim_middle|>",
}


def with_markers(model: Path, folder: Path) -> Path:
    """A copy of the GGUF file `model` in `folder`."""
    data = model.read_bytes()
    for old, new in _RENAMED.items():
        assert data.count(old) == 1, f"{old!r} does not stand once in {model.name}"
        data = data.replace(old, new)
    target = folder / f"{NAME}.gguf"
    target.write_bytes(data)
    return target
