"""Text without characters that nobody sees, in which one thing can be hidden from people and told to a model."""

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})


def visible(text: str) -> str:
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)
