"""A model's own tokenizer from a file of the user's, for servers that cannot be asked.

The library is an extra (`inhouse[tokenizers]`) and imported with the first use.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from inhouse.domain.errors import ErrorKind, InhouseError

Tokens = Callable[[str], int]
"""Of a text alone: no BOS or EOS, special markers as plain text."""


def load_tokenizer(file: Path) -> Tokens:
    """From a `tokenizer.json`. Blocks for some tenths of a second the first time; raises `invalid_config`."""
    try:
        state = file.stat()
        return _loaded(file, state.st_mtime_ns, state.st_size)
    except OSError as exc:
        raise _unusable(file, exc.strerror or "it cannot be read") from None


@lru_cache(maxsize=4)
def _loaded(file: Path, _changed: int, _size: int) -> Tokens:
    # Else it warns on stderr about every child process that is started after a first use.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise _unusable(
            file, "the tokenizers library is not installed", "Run `pip install 'inhouse[tokenizers]'`."
        ) from None
    text = file.read_text("utf-8", "replace")
    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception as exc:
        raise _unusable(file, "it is no tokenizer.json") from exc
    tokenizer.encode_special_tokens = True

    def tokens(text: str) -> int:
        # Without the offsets that `encode` brings along it takes a quarter of the time. Lone surrogates are no text.
        clean = text.encode("utf-8", "replace").decode("utf-8")
        (encoding,) = tokenizer.encode_batch_fast([clean], add_special_tokens=False)
        return len(encoding.ids)

    return tokens


def _unusable(
    file: Path, why: str, hint: str = "Correct the `tokenizer` of this model, or take it out."
) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.INVALID_CONFIG, message=f"The tokenizer {file} cannot be used: {why}.", hint=hint
    )
