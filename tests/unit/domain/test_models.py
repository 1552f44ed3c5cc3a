"""A model id is split at the first bar: a model's own name may hold slashes, colons and more bars."""

import pytest

from inhouse.domain.models import ModelId


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tgi|Qwen/Qwen2.5-Coder-7B-Instruct", ModelId("tgi", "Qwen/Qwen2.5-Coder-7B-Instruct")),
        ("lab|a|b", ModelId("lab", "a|b")),
        ("lab||b", ModelId("lab", "|b")),
        ("bare", None),
        ("|name", None),
        ("lab|", None),
        ("|", None),
        ("", None),
    ],
)
def test_split(text: str, expected: ModelId | None) -> None:
    found = ModelId.parse(text)
    assert found == expected
    assert found is None or str(found) == text
