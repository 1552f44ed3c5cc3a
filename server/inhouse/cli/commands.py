"""From a command's name to its code, which is imported when it runs and not before."""

from argparse import Namespace


def serve(args: Namespace) -> int:
    from inhouse.cli.serve import run

    return run(args)


def chat(args: Namespace) -> int:
    from inhouse.cli.chat import run

    return run(args)


def models(args: Namespace) -> int:
    from inhouse.cli.models import run

    return run(args)


def commit_message(args: Namespace) -> int:
    from inhouse.cli.commit_message import run

    return run(args)


def doctor(args: Namespace) -> int:
    from inhouse.cli.doctor import run

    return run(args)


def config_path(args: Namespace) -> int:
    from inhouse.cli.config import path

    return path(args)


def config_show(args: Namespace) -> int:
    from inhouse.cli.config import show

    return show(args)


def secret_set(args: Namespace) -> int:
    from inhouse.cli.secret import save

    return save(args)


def secret_delete(args: Namespace) -> int:
    from inhouse.cli.secret import delete

    return delete(args)


def secret_list(args: Namespace) -> int:
    from inhouse.cli.secret import show_list

    return show_list(args)


def model_list(args: Namespace) -> int:
    from inhouse.cli.model import show_list

    return show_list(args)


def model_pull(args: Namespace) -> int:
    from inhouse.cli.model import pull

    return pull(args)


def model_path(args: Namespace) -> int:
    from inhouse.cli.model import path

    return path(args)


def model_remove(args: Namespace) -> int:
    from inhouse.cli.model import remove

    return remove(args)
