"""The files that the questions of a chat document link to."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse.context.chat_document.document import Turn
from inhouse.context.chat_document.links import Link, links
from inhouse.domain.conversation import TextPart
from inhouse.domain.errors import InhouseError
from inhouse.lsp import params, resources
from inhouse.lsp.documents import Documents

_LINE_END = 2**31 - 1
"""A character beyond every line's end, which is where it then is."""


@dataclass(frozen=True, slots=True)
class Attaching:
    """`exclude` is `privacy.exclude`; `home` is the folder of the chat document, None where it has none."""

    documents: Documents
    folders: tuple[Path, ...]
    exclude: Sequence[str]
    home: Path | None

    async def attached(self, turns: Sequence[Turn], question: Turn) -> dict[Turn, list[TextPart]]:
        """By turn. Raises InhouseError for a link of `question` that cannot or must not be read; what an earlier
        question linked to may be gone by now, and is left out."""
        found: dict[Turn, list[TextPart]] = {}
        for turn in turns:
            if turn.is_question:
                texts = [await self._text(link, must=turn is question) for link in links(turn.text)]
                found[turn] = [text for text in texts if text is not None]
            if turn is question:
                break
        return found

    async def _text(self, link: Link, *, must: bool) -> TextPart | None:
        part = params.ResourcePart(kind="resource", uri=self._uri(link.target), range=_range(link))
        message = params.Message(role="user", content=[part])
        try:
            texts = await resources.read([message], self.documents, self.folders, self.exclude)
        except InhouseError:
            if must:
                raise
            return None
        return texts[part]

    def _uri(self, target: str) -> str:
        """Relative to the document, as Markdown has it, or else to a folder of the workspace."""
        if target[:5].lower() == "file:":
            return target
        bases = [*([self.home] if self.home else []), *self.folders]
        named = [base / target for base in bases] + [base / target.lstrip("/") for base in self.folders]
        places = [Path(os.path.normpath(path)) for path in named or [Path("/", target)]]
        found = (place for place in places if self.documents.get(place.as_uri()) or _is_file(place))
        return next(found, places[0]).as_uri()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # e.g. a name too long to be one
        return False


def _range(link: Link) -> params.Range | None:
    if link.lines is None:
        return None
    first, last = link.lines
    return params.Range(
        start=params.Position(line=first, character=0), end=params.Position(line=last, character=_LINE_END)
    )
