"""The tool calls of one answer, put together from the pieces that a server sends."""

from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from inhouse.domain.conversation import Tool
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import ToolCall
from inhouse.domain.models import ModelId
from inhouse.inference.tolerant import Json, as_object, text
from inhouse.inference.tools.arguments import fitted, made_id, read_arguments

_JSON_ENDS = ("}", '"', "")

_MOST_LOOKS = 200

_SHORTEST_ID = 9
"""Shorter ones count from 0 in every answer (TGI), so that two calls of a conversation would share one."""


class CallPiece(NamedTuple):
    """`number` is the server's index. `arguments` is text to append, or another value that replaces what came before;
    None is nothing."""

    number: int | None = None
    id: str = ""
    name: str = ""
    arguments: object = None


@dataclass(slots=True)
class _Open:
    id: str = ""
    name: str = ""
    parts: list[str] = field(default_factory=list[str])
    size: int = 0
    looks: int = 0

    @property
    def arguments(self) -> str:
        return "".join(self.parts)

    @property
    def whole(self) -> bool:
        """Whether there are arguments, and they end where JSON may end."""
        return bool(self.parts) and self.parts[-1].rstrip()[-1:] in _JSON_ENDS and self._reads()

    def _reads(self) -> bool:
        return read_arguments(self.arguments) is not None


class Assembly:
    """Pieces belong together by number, else by id, else to the call before; a new id begins a new call.

    A piece with a name and no id begins one too when the arguments so far are whole: some servers give every call the
    same index.
    """

    def __init__(self, tools: tuple[Tool, ...], limit: int, model: ModelId) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._limit = limit
        self._model = model
        self._calls: list[_Open] = []
        self._by_number: dict[int, _Open] = {}
        self._by_id: dict[str, _Open] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, piece: CallPiece) -> int:
        """What the piece adds, in bytes. Raises `bad_response` for a tool that was not offered, `too_large`."""
        call = self._call_of(piece)
        if piece.name and not call.name:
            self._check_offered(piece.name)
            call.name = piece.name
        size = self._extend(call, piece.arguments)
        if call.size > self._limit:
            raise self._error(
                ErrorKind.TOO_LARGE,
                f"The arguments of a tool call of {self._model.backend} are larger than limits.tool_arguments_bytes "
                "allows",
                "Ask for less at a time, or raise limits.tool_arguments_bytes.",
            )
        return size + len(piece.name) + len(piece.id) + 1

    def _extend(self, call: _Open, arguments: object) -> int:
        if arguments is None or not arguments:
            return 0
        if isinstance(arguments, str):
            added = arguments
        else:
            try:
                added = orjson.dumps(arguments).decode()
            except TypeError:  # it writes fewer levels than it reads
                raise self._unusable(call.name, "they are nested too deep") from None
            call.parts.clear()
            call.size = 0
        size = len(added) if added.isascii() else len(added.encode("utf-8", "surrogatepass"))
        call.parts.append(added)
        call.size += size
        return size

    def _call_of(self, piece: CallPiece) -> _Open:
        call = self._known(piece)
        if call is None or self._begins_another(piece, call):
            call = _Open()
            self._calls.append(call)
        if piece.id and not call.id:
            call.id = piece.id
            self._by_id[piece.id] = call
        if piece.number is not None:
            self._by_number[piece.number] = call
        return call

    def _known(self, piece: CallPiece) -> _Open | None:
        if piece.number is not None:
            return self._by_number.get(piece.number)
        if piece.id:
            return self._by_id.get(piece.id)
        return self._calls[-1] if self._calls else None

    @staticmethod
    def _begins_another(piece: CallPiece, call: _Open) -> bool:
        if piece.id:
            return bool(call.id) and piece.id != call.id
        if not (piece.name and call.name):
            return False
        if piece.name != call.name:
            return True
        call.looks += 1  # each look reads all of the arguments
        return bool(piece.arguments) and call.looks <= _MOST_LOOKS and call.whole

    def _check_offered(self, name: str) -> None:
        if not self._tools:
            raise self._error(
                ErrorKind.BAD_RESPONSE,
                f"The model called a tool although none was offered, from {self._model.backend}",
                "Ask again, or pick another model.",
            )
        if name not in self._tools:
            shown = "".join(char for char in name[:60] if char.isprintable())
            raise self._error(
                ErrorKind.BAD_RESPONSE,
                f"The model called the tool {shown!r}, which was not offered, from {self._model.backend}",
                "Ask again, or pick a model that is better at calling tools.",
            )

    def finish(self, *, cut: bool) -> tuple[list[ToolCall], str | None]:
        """The calls, and the name of the last one if it was cut off in its middle and is left out.

        Raises `bad_response` if the arguments of one are not what its tool takes.
        """
        calls = self._calls
        lost = None
        if cut and calls and not calls[-1].whole:
            lost = calls[-1].name or "a tool"
            calls = calls[:-1]
        taken: set[str] = set()
        return [self._finished(call, taken) for call in calls], lost

    def _finished(self, call: _Open, taken: set[str]) -> ToolCall:
        arguments = read_arguments(call.arguments)
        if arguments is not None and not call.name:
            call.name, arguments = self._named_inside(arguments)
        tool = self._tools.get(call.name)
        if tool is None:
            raise self._unusable("a tool without a name", "a name is missing")
        if arguments is None:
            raise self._unusable(call.name, "they are not a JSON object")
        arguments, wrong = fitted(tool, arguments)
        if wrong is not None:
            raise self._unusable(call.name, wrong)
        id_ = call.id if len(call.id) >= _SHORTEST_ID and call.id not in taken else made_id()
        taken.add(id_)
        return ToolCall(id_, call.name, arguments)

    def _named_inside(self, arguments: Json) -> tuple[str, Json]:
        """TGI 2 streams its grammar's own object: `{"function": {"_name": ..., the arguments}}`."""
        function = as_object(arguments.get("function"))
        name = text(function, "_name")
        if name:
            self._check_offered(name)
        return name, {key: value for key, value in function.items() if key != "_name"}

    def _unusable(self, name: str, why: str) -> InhouseError:
        return self._error(
            ErrorKind.BAD_RESPONSE,
            f"The model called {name} with arguments that it does not take ({why}), from {self._model.backend}",
            "Ask again, or pick a model that is better at calling tools.",
        )

    def _error(self, kind: ErrorKind, sentence: str, hint: str) -> InhouseError:
        model = self._model
        return InhouseError(kind=kind, message=f"{sentence}.", hint=hint, backend=model.backend, model=str(model))
