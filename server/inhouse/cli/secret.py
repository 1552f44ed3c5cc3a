"""`inhouse secret`: keys in the system's keyring, each bound to a backend's origin."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Coroutine

from inhouse.bootstrap import key_settings
from inhouse.cli import output, settings
from inhouse.cli.exit_codes import DONE
from inhouse.cli.table import print_table
from inhouse.config.load import Loaded
from inhouse.config.paths import Paths
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret, is_key
from inhouse.inference.keys.keyring_store import KeyringStore
from inhouse.inference.keys.source import KeySettings

MAX_KEY = 16_384
"""Characters that are read from a pipe; tokens with many claims have several thousand."""


def save(args: Namespace) -> int:
    paths = Paths.current()
    loaded = settings.require(args, paths)
    origin = _origin(args.backend, loaded)
    secret = _typed(args.backend) if sys.stdin is not None and sys.stdin.isatty() else _piped()  # pyright: ignore[reportUnnecessaryComparison] - None under pythonw and in services
    _run(KeyringStore(paths.state).save(origin, secret))
    output.note(f"The key of {args.backend} is in the keyring, for {origin} only.")
    if (found := _first_choice(args.backend, loaded)) is not None:
        output.note(f"It is not used yet: {found} comes first.")
    return DONE


def delete(args: Namespace) -> int:
    paths = Paths.current()
    loaded = settings.require(args, paths)
    store = KeyringStore(paths.state)
    left_over = {str(each): each for each in store.origins()}  # a backend may have moved away from its key
    origin = left_over.get(args.backend) or _origin(args.backend, loaded)
    if origin not in store.origins():
        raise _wrong(
            f"The keyring has no key for {args.backend} ({origin}).", "`inhouse secret list` shows what it has."
        )
    _run(store.delete(origin))
    output.note(f"The key of {args.backend} is gone from the keyring.")
    return DONE


def show_list(args: Namespace) -> int:
    paths = Paths.current()
    loaded = settings.require(args, paths)
    stored = KeyringStore(paths.state).origins()
    rows = [
        (name, str(Origin.parse(each.url)), _from(name, loaded, stored))
        for name, each in loaded.config.backends.items()
    ]
    origins = {Origin.parse(each.url) for each in loaded.config.backends.values()}
    rows += [("-", str(origin), "keyring") for origin in sorted(stored - origins, key=str)]
    print_table(("backend", "origin", "key from"), rows)
    return DONE


def _from(name: str, loaded: Loaded, stored: frozenset[Origin]) -> str:
    """Never by a look into the keyring, which might have to be unlocked."""
    first = _first_choice(name, loaded)
    if first is not None:
        return first
    if Origin.parse(loaded.config.backends[name].url) in stored:
        return "keyring"
    variable = loaded.config.backends[name].api_key_env
    return f"none: {variable} is not set" if variable else "none"


def _first_choice(name: str, loaded: Loaded) -> str | None:
    """What is asked before the keyring."""
    try:
        found = key_settings(name, loaded, os.environ)
    except InhouseError:
        return f"variable {loaded.config.backends[name].api_key_env} (not a key)"
    return _word(found)


def _word(found: KeySettings) -> str | None:
    if found.secret is not None:
        return f"variable {found.variable}"
    return f"command {found.command[0]}" if found.command else None


def _origin(name: str, loaded: Loaded) -> Origin:
    backend = loaded.config.backends.get(name)
    if backend is None:
        known = ", ".join(loaded.config.backends)
        hint = f"Configured: {known}." if known else "Set backends.NAME.url to your server."
        raise _wrong(f"No backend is named {name}.", hint)
    return Origin.parse(backend.url)


def _typed(name: str) -> Secret:
    from getpass import getpass

    try:
        return _checked(getpass(f"Key of {name} (not shown): ", sys.stderr))
    except EOFError:  # Ctrl-D
        return _checked("")


def _piped() -> Secret:
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - None under pythonw and in services
        return _checked("")
    try:
        text = sys.stdin.read(MAX_KEY + 1)
    except UnicodeDecodeError:
        text = "\0"
    if len(text) > MAX_KEY:
        raise _wrong(f"This is no key: it has more than {MAX_KEY} characters.", "Give the bare key.")
    return _checked(text)


def _checked(text: str) -> Secret:
    key = text.strip()
    if not key:
        raise _wrong("No key was given.", "Type it at the prompt, or pipe it in.")
    if not is_key(key):
        raise _wrong("This is no key: it holds blanks or other characters that no key has.", "Give the bare key.")
    return Secret(key)


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except OSError as exc:
        hint = "See who owns Inhouse's state folder; `inhouse config path` shows where its files are."
        raise _wrong(f"The list of stored keys cannot be written: {exc.strerror or 'unknown reason'}.", hint) from None


def _wrong(message: str, hint: str) -> InhouseError:
    return InhouseError(kind=ErrorKind.INVALID_REQUEST, message=message, hint=hint)
