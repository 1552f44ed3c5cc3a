"""Text as it stands in Markdown, which prompts are written in."""

import re


def fenced(text: str, language: str = "") -> str:
    """A code block that the text cannot end early."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    end = "" if text.endswith("\n") or not text else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"
