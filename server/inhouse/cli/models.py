"""`inhouse models`: what there is to talk to."""

from argparse import Namespace

from inhouse.assist import shapes
from inhouse.assist.models import list_models
from inhouse.cli import output
from inhouse.cli.exit_codes import DONE
from inhouse.cli.session import with_session
from inhouse.cli.table import print_table
from inhouse.domain.models import Capabilities, ContextSource, Model, ModelList

HEADINGS = ("model", "context", "state", "where", "can")


def run(args: Namespace) -> int:
    found = with_session(args, lambda session: list_models(session, refresh=args.refresh))
    if args.json:
        output.write_json(shapes.model_list_value(found))
    else:
        _show(found)
    return DONE


def _show(found: ModelList) -> None:
    if found.models:
        print_table(HEADINGS, [_row(model) for model in found.models])
    for problem in found.problems:
        output.error(f"{problem.backend}: {problem.message}", problem.hint)
    if found.default is not None:
        output.note(f"default: {found.default}")


def _row(model: Model) -> tuple[str, ...]:
    state = f"{model.state.value} ({model.detail})" if model.detail else model.state.value
    where = "local" if model.local else "cloud"
    return str(model.id), _context(model), state, where, _abilities(model.capabilities)


def _context(model: Model) -> str:
    if model.context_length is None:
        return "?"
    source = "" if model.context_source is ContextSource.SERVER else f" ({model.context_source.value})"
    return f"{model.context_length}{source}"


def _abilities(can: Capabilities) -> str:
    names = {
        "chat": can.chat,
        "tools": can.tool_calling,
        "images": can.image_input,
        "thinking": can.thinking,
        "completion": can.fim,
    }
    return ", ".join(name for name, able in names.items() if able)
