"""A place to fill in as the text of a raw completion."""

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.fill import Fill, Filling, FillRequest
from inhouse.domain.models import Model
from inhouse.inference.fim.markers import Markers, markers_of


def filling(model: Model) -> Filling:
    """What a model can do where it is given nothing but a text to go on with."""
    markers = _markers(model)
    if markers is None:
        return Filling.END
    return Filling.SNIPPETS if markers.file else Filling.MIDDLE


def raw_prompt(fill: Fill) -> tuple[str, tuple[str, ...]]:
    """The text to go on with, and what ends the answer, the request's own stops first.

    Raises `unsupported` where the model would not see the text that follows on the line, or would see none at all.
    """
    markers = _markers(fill.model)
    if markers is not None:
        return _marked(fill.request, markers), (*fill.request.stop, *markers.ends, *markers.all)
    if fill.request.suffix.partition("\n")[0].strip() or not fill.request.prefix.strip():
        raise only_at_ends(fill.model)
    return fill.request.prefix, fill.request.stop


def only_at_ends(model: Model) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.UNSUPPORTED,
        message=f"{model.id} can only go on at the end of a line, from what stands before it.",
        hint="Set completion_model to a model for which `inhouse models` shows completion.",
        backend=model.id.backend,
        model=str(model.id),
    )


def cannot_fill(model: Model) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.UNSUPPORTED,
        message=f"{model.id} cannot complete code: its server takes chats only.",
        hint="Set completion_model to a model of another backend.",
        backend=model.id.backend,
        model=str(model.id),
    )


def _markers(model: Model) -> Markers | None:
    return markers_of(model) if model.capabilities.fim else None


def _marked(request: FillRequest, markers: Markers) -> str:
    """Text that holds a marker would be read as one (a file about models, say): only what is on the cursor's side of
    it is sent, and no snippet that has one."""
    prefix, suffix = request.prefix, request.suffix
    for mark in (*markers.all, *markers.ends):
        prefix, suffix = prefix.rpartition(mark)[2], suffix.partition(mark)[0]
    files, name = _files(request, markers), ""
    if files:
        name = "" if _holds(request.name, markers) else f"{request.name}\n"
        if not markers.name_inside:
            files, name = files + name, ""
    if markers.suffix_first:
        return f"{files}{markers.suffix}{suffix}{markers.prefix}{name}{prefix}"
    return f"{files}{markers.prefix}{name}{prefix}{markers.suffix}{suffix}{markers.middle}"


def _files(request: FillRequest, markers: Markers) -> str:
    """The snippets as files of the same repository, and the mark with which the file to fill in begins; nothing where
    there are none, or the family knows no such form."""
    snippets = [each for each in request.snippets if markers.file and not _holds(each.name + each.text, markers)]
    told = "".join(f"{markers.file}{each.name}\n{each.text}\n" for each in snippets)
    return told + markers.file if told else ""


def _holds(text: str, markers: Markers) -> bool:
    return any(mark in text for mark in (*markers.all, *markers.ends))
