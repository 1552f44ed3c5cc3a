"""How many tokens a text has, roughly, where no tokenizer can be asked.

Weights per byte, fitted to SmolLM2's tokenizer over 172 texts of 17 kinds: mean error 7 %, code at most 27 % too low,
against 29 % and 86 % for a quarter of the characters. Digits weigh so much because many tokenizers split them singly.
"""

_LETTERS = bytes(byte for byte in range(128) if chr(byte).isalpha())
_DIGITS = b"0123456789"
_SPACES = b" \t\n\r\v\f"
_HIGH = bytes(range(128, 256))


def estimate_tokens(text: str) -> int:
    """Takes about 1 ms for 200 kB."""
    data = text.encode("utf-8", "surrogatepass")
    letters = _count(data, _LETTERS)
    digits = _count(data, _DIGITS)
    spaces = _count(data, _SPACES)
    high = _count(data, _HIGH)
    punctuation = len(data) - letters - digits - spaces - high
    weight = 0.241 * letters + 1.329 * digits + 0.053 * spaces + 0.933 * punctuation + 0.481 * high
    return round(weight + 0.5) if data else 0


def _count(data: bytes, among: bytes) -> int:
    return len(data) - len(data.translate(None, among))
