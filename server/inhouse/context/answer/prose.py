"""Telling what a model says from what it wrote, line by line, where no fence does."""

import re
from collections.abc import Sequence

from inhouse.context.answer.languages import PROSE

_APOSTROPHE = "\u2019"

_LEAD = re.compile(
    r"^\W*(?:sure|certainly|of course|okay|ok|absolutely|got it|great|here(?:'s| is| are)|below is|this is|"
    r"the (?:following|updated|fixed|corrected|rewritten|refactored|improved|completed?|new|revised|translated)|"
    r"i(?:'ve| have| will|'ll)\b|let me|hier ist|hier sind|natürlich|gerne|klar|voici|bien sûr|aquí|claro|"
    r"ecco|certo|aqui está|好的|以下|当然|以下は|はい|вот|конечно)",
    re.IGNORECASE,
)
"""How an answer begins that is going to show something."""

_COMMENT = re.compile(r"^\s*(?:#|//|/\*|\*|--|;|%|<!--|\"\"\"|''')")
_CODE_SIGNS = re.compile(r"[{};=<>\[\]|&^~\\]|\w\(|\)$|::|->|\w\.\w+\(|^\s*@\w")
_WORD = re.compile(r"[\w'./-]+")
_AROUND_WORDS = "\"'()`*,;:.!?"
LEAST_WORDS = 4
"""Of a sentence: shorter ones look like code."""
SURELY_WORDS = 8
"""Of one that names functions: it ends with a full stop, as no code does."""
_CALL = re.compile(r"[\w.]+\(\)")
_STEP = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+\S+\s+\S+")
_HEADING = re.compile(r"^(?:#{1,6}\s+\w|\*\*[^*]+\*\*:?\s*$)")
_QUOTED = re.compile(r"`[^`\n]+`|\"[^\"\n]+\"")

_REMARK = re.compile(
    r"[A-Z][\w',-]*(?: [\w',-]+)*[.!]+|(?:ok|okay|yes|no|done|sure|n/a|nothing|no changes?|unchanged)\W*", re.IGNORECASE
)
_LONGEST_REMARK = 80
_STATES = re.compile(r"\s*(?:return|break|continue|pass|raise|throw|yield|await|del|goto|defer|go|delete)\b")
"""Code that looks like words."""

_REFUSALS = re.compile(
    r"\A\W*(?:i(?:'m| am) (?:very |really |so )?(?:sorry|afraid|unable|not able)|sorry,|apologies|my apologies|"
    r"unfortunately,? i|as an ai|as a (?:large )?language model|i (?:can(?:no|')t|won't|do not|don't) "
    r"(?:help|assist|provide|do|comply|create|write|fulfil|see|have|feel|think|edit|complete|modify|access|determine)|"
    r"i (?:can(?:no|')t|won't|do not know|don't know)\W*\Z|unable to\b|"
    r"i need (?:more|to see)|i would need|could you (?:please )?(?:provide|share|clarify)|please (?:provide|share)|"
    r"es tut mir (?:sehr )?leid|entschuldigung|tut mir leid|leider k|als ki|als (?:ein )?sprachmodell|"
    r"(?:das |dies |leider )?(?:ich kann|kann ich) (?:das |dies |ihnen |dir )?(?:leider )?nicht\b|"
    r"je suis (?:vraiment )?désolé|désolé|je ne peux pas|en tant qu|"
    r"lo siento|lamento|no puedo|como (?:una )?(?:ia|inteligencia)|"
    r"mi dispiace|non posso|come (?:un )?(?:ia|modello)|"
    r"desculpe|sinto muito|não posso|como (?:um )?modelo|"
    r"het spijt me|ik kan (?:je |u )?(?:hier|niet|geen)|przykro mi|przepraszam|"
    r"抱歉|对不起|很抱歉|我无法|我不能|作为一个|申し訳|すみません|ごめんなさい|죄송|к сожалению|извините|я не могу)",
    re.IGNORECASE,
)


def declines(text: str) -> bool:
    """Whether the model says that it does not do it."""
    return _REFUSALS.match(text.replace(_APOSTROPHE, "'")) is not None


def is_remark(text: str) -> bool:
    """Whether a text is but one short sentence, or a word such as "Done", and no code: "I cannot."."""
    said = text.strip().replace(_APOSTROPHE, "'")
    return len(said) <= _LONGEST_REMARK and _REMARK.fullmatch(said) is not None and not _STATES.match(said)


def is_code(text: str) -> bool:
    """Whether some line of it is code beyond doubt; a part of a string or of a comment may be words."""
    lines = text.split("\n")
    return any(not _COMMENT.match(line) and (_CODE_SIGNS.search(line) or _STATES.match(line)) for line in lines)


def is_prose(line: str) -> bool:
    """Whether a line is rather a sentence than code. A comment is code."""
    text = line.strip().replace(_APOSTROPHE, "'")
    if not text or line.startswith(("    ", "\t")):
        return False
    if _HEADING.match(text) or (_LEAD.match(text) and text.endswith((":", ".", "!"))):
        return True
    if _COMMENT.match(text) and not _STEP.match(text):
        return False
    bare = _QUOTED.sub("it", text)
    if _STEP.match(text):
        return not _CODE_SIGNS.search(bare) or text[0].isdigit()
    if text.endswith(".") and len(text.split()) >= SURELY_WORDS:
        bare = _CALL.sub("it", bare)  # "load() is not a function that …"
    return _is_sentence(bare) and not _CODE_SIGNS.search(bare) and (text[0].isupper() or text[-1] in ".:!?")


def _is_sentence(text: str) -> bool:
    words = [word.strip(_AROUND_WORDS) for word in text.split()]
    return len(words) >= LEAST_WORDS and all(_WORD.fullmatch(word) for word in words if word)


def without_prose(text: str, language: str) -> str:
    """The code of an answer without fences: without the sentences before and after it. Empty where all is prose."""
    lines = text.split("\n")
    if language in PROSE:
        return "\n".join(_without_lead(lines))
    first, last = 0, len(lines)
    while first < last and (not lines[first].strip() or is_prose(lines[first])):
        first += 1
    while last > first and (not lines[last - 1].strip() or is_prose(lines[last - 1])):
        last -= 1
    return "\n".join(lines[first:last])


def _without_lead(lines: Sequence[str]) -> Sequence[str]:
    """A text is prose itself, so only what announces it goes: a first line that ends with a colon."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    announced = lines and _LEAD.match(lines[first]) and lines[first].rstrip().endswith(":")
    return lines[first + 1 :] if announced else lines
