"""An answer without what no source file should get from a model: thinking, terminal sequences, invisible characters."""

import re

from inhouse.context.answer.region import Unreadable

_THINKING = re.compile(r"\A\s*<(think|thinking|reasoning|thought)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPEN_THINKING = re.compile(r"\A\s*<(think|thinking|reasoning|thought)>", re.IGNORECASE)
_CLOSE_THINKING = re.compile(r"\A.*</(think|thinking)>\s*\n", re.DOTALL | re.IGNORECASE)
"""A template may have opened it already, so that only its end is in the answer."""

_SPECIAL = (
    *("<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|eot_id|>", "<|end|>", "<|end_of_text|>", "<|file_sep|>"),
    *("<|assistant|>", "<|user|>", "</s>", "<s>", "<end_of_turn>", "<eos>", "<EOT>", "[INST]", "[/INST]"),
    "<\uff5cend\u2581of\u2581sentence\uff5c>",
)
"""Markers of model families that a server took for text; only at the very end."""

_TERMINAL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC and other strings
    r"|\x1b[ -/]*[0-~]?"
)
"""ECMA-48: what a terminal would obey."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f"
    r"\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINER = re.compile(r"(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])|(?<=[\x00-\x7f])[\ufe0e\ufe0f]")
"""Joiners and emoji selectors belong between other signs than ASCII: ZWJ in emoji, ZWNJ in Persian."""
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""They make code look other than it runs (CVE-2021-42574)."""

_INDENT = re.compile(r"^[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+", re.MULTILINE)


def cleansed(answer: str, old: str) -> str | Unreadable:
    """The answer with `\\n` as its only line end. Characters that the file itself has, `old`, are not taken out."""
    said = without_thinking(answer)
    if isinstance(said, Unreadable):
        return said
    text = _without_markers(said)
    text = _TERMINAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if any(sign not in old for sign in _BIDI.findall(text)):
        return Unreadable("The answer has characters that change the order in which code is shown.")
    for unwanted in (_CONTROL, _INVISIBLE, _JOINER):
        text = unwanted.sub(lambda found: found[0] if found[0] in old else "", text)
    return _INDENT.sub(lambda found: re.sub(r"[^ \t]", " ", found[0]), text)


def without_thinking(answer: str) -> str | Unreadable:
    text = _THINKING.sub("", answer, count=1)
    if _OPEN_THINKING.match(text):
        return Unreadable("The model was still thinking when its answer ended.")
    return _CLOSE_THINKING.sub("", text)


def _without_markers(text: str) -> str:
    while marker := next((each for each in _SPECIAL if text.rstrip().endswith(each)), None):
        text = text.rstrip().removesuffix(marker)
    return text
