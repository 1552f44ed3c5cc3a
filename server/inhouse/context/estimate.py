"""How many tokens a text has, roughly, where no tokenizer can be asked.

Weights per byte, fitted to SmolLM2's tokenizer over 172 texts of 17 kinds: mean error 7 %, code at most 27 % too low,
against 29 % and 86 % for a quarter of the characters. Digits weigh so much because many tokenizers split them singly.
"""

_LETTERS = bytes(byte for byte in range(128) if chr(byte).isalpha())
_DIGITS = b"0123456789"
_SPACES = b" \t\n\r\v\f"
_HIGH = bytes(range(128, 256))

_RULES = tuple(bytes([byte]) for byte in b"-=*#_.")
_RUN = 8
"""So many of one character in a row are one token to every tokenizer of today: the rules of logs and comments."""

_SLICE = 250_000
"""Characters worked on at once, so that another thread gets its turn within a millisecond."""


def estimate_tokens(text: str) -> int:
    """Takes about 1 ms for 160 kB."""
    if len(text) <= _SLICE:
        weight = _weight(text)
    else:
        weight = sum(_weight(text[start : start + _SLICE]) for start in range(0, len(text), _SLICE))
    return round(weight + 0.5) if text else 0


def _weight(text: str) -> float:
    data = text.encode("utf-8", "surrogatepass")
    for rule in _RULES:
        if rule * _RUN in data:
            data = data.replace(rule * _RUN, rule)
    # One pass after the other over what the one before has left: half the time of a pass a class over everything.
    no_letters = data.translate(None, _LETTERS)
    no_spaces = no_letters.translate(None, _SPACES)
    no_digits = no_spaces.translate(None, _DIGITS)
    punctuation = len(no_digits.translate(None, _HIGH))
    letters = len(data) - len(no_letters)
    spaces = len(no_letters) - len(no_spaces)
    digits = len(no_spaces) - len(no_digits)
    high = len(no_digits) - punctuation
    return 0.241 * letters + 1.329 * digits + 0.053 * spaces + 0.933 * punctuation + 0.481 * high
