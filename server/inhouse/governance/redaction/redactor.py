"""Takes secrets out of what leaves, and puts them back into what the model's answer does with them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from inhouse.governance.redaction.found import Found
from inhouse.governance.redaction.placeholders import PLACEHOLDER, SPELT_LIKE_ONE, Placeholders


@dataclass(frozen=True, slots=True)
class Redacted:
    """`counts`: how many were replaced, by rule."""

    text: str
    counts: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Redactor:
    """`active` is privacy.redact_secrets; what was replaced before is put back in any case."""

    placeholders: Placeholders = field(default_factory=Placeholders)
    active: bool = True

    def redact(self, text: str) -> Redacted:
        """Takes 35 to 50 ms for 1 MB of code or prose."""
        if not self.active or not text:
            return Redacted(text)
        from inhouse.governance.redaction.find import find  # its patterns are compiled with the first text

        found = find(text)
        return Redacted(replaced(text, found, self.placeholders.name), counted(found)) if found else Redacted(text)

    def redact_around(self, before: str, behind: str) -> tuple[Redacted, Redacted]:
        """The two sides of a cursor, looked at as one text: a secret may stand on both, and its placeholder
        then stands before."""
        if not self.active:
            return Redacted(before), Redacted(behind)
        from inhouse.governance.redaction.find import find

        text, cursor = before + behind, len(before)
        found = find(text)
        first = [each for each in found if each.start < cursor]
        rest = [each for each in found if each.start >= cursor]
        cut = max([cursor, *(each.end for each in first)])
        behind_cut = [Found(each.start - cut, each.end - cut, each.rule) for each in rest]
        left = replaced(text[:cut], first, self.placeholders.name)
        right = replaced(text[cut:], behind_cut, self.placeholders.name)
        return Redacted(left, counted(first)), Redacted(right, counted(rest))

    def redact_named(self, name: str, value: str) -> Redacted:
        """The value of a JSON object's member, which may be a secret by its name alone."""
        if not self.active:
            return Redacted(value)
        from inhouse.governance.redaction.named import is_named_secret

        if is_named_secret(name, value) and not PLACEHOLDER.search(value):
            return Redacted(self.placeholders.name(value), {"named secret": 1})
        return self.redact(value)

    def restore(self, text: str) -> tuple[str, int]:
        """The text with its secrets, and how many were put back. A name that was never given stays as it is."""
        count = 0
        pieces: list[str] = []
        done = 0
        for match in PLACEHOLDER.finditer(text):
            secret = self.placeholders.secret(match[0])
            if secret is not None:
                pieces += [text[done : match.start()], secret]
                done = match.end()
                count += 1
        return "".join([*pieces, text[done:]]), count

    def check_kept(self, old: str, new: str) -> str | None:
        """Why `new`, a model's answer before `restore`, must not take the place of `old`, as the document has it; None
        if it may. An edit that loses a secret, or has a changed placeholder in its place, would destroy it."""
        spelt_like_one = set(SPELT_LIKE_ONE.findall(new)) - set(SPELT_LIKE_ONE.findall(old))
        if any(self.placeholders.secret(name) is None for name in spelt_like_one):
            return "The answer has changed a placeholder that stands for a secret."
        had = Counter(PLACEHOLDER.findall(self.redact(old).text))
        missing = had - Counter(PLACEHOLDER.findall(new))
        if not missing:
            return None
        one = missing.total() == 1
        return f"The answer has lost {'a secret' if one else f'{missing.total()} secrets'} that the text has."


def replaced(text: str, found: Iterable[Found], instead: Callable[[str], str]) -> str:
    """The text with `instead` of each secret in its place; they come in order."""
    pieces: list[str] = []
    done = 0
    for each in found:
        pieces += [text[done : each.start], instead(text[each.start : each.end])]
        done = each.end
    return "".join([*pieces, text[done:]])


def told(counts: Mapping[str, int]) -> str:
    """What a person is told of secrets that were replaced, by rule."""
    what = ", ".join(f"{count}x {rule}" for rule, count in sorted(counts.items()))
    return f"What looks like a credential was replaced before it was sent ({what})."


def counted(found: Iterable[Found]) -> Counter[str]:
    """How many there are, by rule."""
    return Counter(each.rule for each in found)
