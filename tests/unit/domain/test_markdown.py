"""Text in Markdown stays what it is."""

import pytest

from inhouse.domain.markdown import fenced


@pytest.mark.parametrize(
    ("text", "fence"), [("x", "```"), ("", "```"), ("```\nx\n```\n", "````"), ("`````", "``````"), ("``", "```")]
)
def test_a_text_cannot_end_its_own_fence(text: str, fence: str) -> None:
    lines = fenced(text).split("\n")
    assert (lines[0], lines[-1]) == (fence, fence)
    assert fence not in text
