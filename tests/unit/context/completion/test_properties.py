"""What holds for any answer at any place."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.completion.answer import enough, suggestion
from inhouse.context.completion.cache import Hit, SuggestionCache
from inhouse.context.completion.lines import says_something
from inhouse.context.completion.place import Extent, Place, extent
from inhouse.context.completion.suggestion import Suggestion

_PIECES = (
    *("a", "b = 1", "foo(", ")", "x, y", "if a:", "else:", "return a", "{", "}", "[", "]", "end", "do", "# note", ";"),
    *(
        "'",
        '"',
        "\\",
        " ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\n    ",
        "\n        ",
        "\r\n",
        "é",
        "\U0001f600",
        "<|x|>",
    ),
)
_CODE = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)
_ENDS = st.sampled_from(("", ")", "]}", '")', ");", " + tax", ", b)", "\n"))
_LANGUAGES = st.sampled_from(("python", "go", "ruby", "markdown", ""))


@st.composite
def places(draw: st.DrawFn) -> Place:
    before = draw(_CODE).replace("\r\n", "\n")
    after = draw(_ENDS) + "\n" + draw(_CODE).replace("\r\n", "\n")
    return Place(before, after, draw(_LANGUAGES))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Place, str]:
    """An answer that likes to say what is there already."""
    place = draw(places())
    parts = [draw(_CODE), draw(st.sampled_from(("", place.after, place.line_after, place.after[:20]))), draw(_CODE)]
    return place, "".join(parts)


def made(place: Place, answer: str) -> Suggestion | None:
    allowed = extent(place, invoked=True)
    return suggestion(answer, place, allowed)


@given(answered())
def test_suggestion_never_says_the_line_below(given_: tuple[Place, str]) -> None:
    place, answer = given_
    found = made(place, answer)
    below = next(iter(place.lines_below), "").strip()
    if found is None or not says_something(below):
        return
    after = place.line_after[found.replaced :]
    lines = (place.line_before + found.text + after).split("\n")
    assert below not in [line.strip() for line in lines[0 if place.blank_line else 1 :]]


@given(answered())
def test_suggestion_never_says_the_rest_of_the_line(given_: tuple[Place, str]) -> None:
    place, answer = given_
    found = made(place, answer)
    rest = place.line_after.rstrip()
    if found is not None and rest and rest[-1].isalnum():
        assert not found.text.endswith(rest)


@given(answered())
def test_suggestion_is_text_that_an_editor_can_show(given_: tuple[Place, str]) -> None:
    place, answer = given_
    found = made(place, answer)
    if found is None:
        return
    assert found.text.strip()
    assert not any(line.endswith((" ", "\t")) for line in found.text.split("\n")[:-1])
    assert found.text.isprintable() or all(char.isprintable() or char in "\n\t" for char in found.text)
    assert place.line_after[: found.replaced].strip(")]}>\"'`") == ""


@given(answered())
def test_one_line_is_one_line(given_: tuple[Place, str]) -> None:
    place, answer = given_
    found = suggestion(answer, place, Extent.LINE)
    assert found is None or "\n" not in found.text


@given(answered())
def test_stopping_the_model_early_loses_nothing(given_: tuple[Place, str]) -> None:
    place, answer = given_
    allowed = extent(place, invoked=True)
    for end in range(len(answer)):
        if (begun := enough(answer[:end], place, allowed)) is not None:
            assert suggestion(begun, place, allowed) == suggestion(answer, place, allowed)
            return


def typed(place: Place, text: str) -> Place:
    return Place(place.before + text, place.after, place.language)


@given(answered())
def test_typing_along_a_suggestion_and_back_gives_the_rest_of_it(given_: tuple[Place, str]) -> None:
    place, answer = given_
    found = made(place, answer)
    if found is None:
        return
    cache = SuggestionCache()
    cache.put("file", place, found)
    steps = range(len(found.text))
    for count in (*steps, *reversed(steps)):
        rest = Suggestion(found.text[count:], found.replaced)
        assert cache.find("file", typed(place, found.text[:count])) == Hit(rest)
