"""The command `clickqueue-receiver`: serves, migrates, exports, purges. A wrong setting is one sentence and exit code 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from clickqueue_receiver import export, purge, schema
from clickqueue_receiver.options import Parser, add_options, settings_from
from clickqueue_receiver.schema import SchemaError
from clickqueue_receiver.settings import Settings, SettingsError
from clickqueue_receiver.store import Store

PROGRAM = "clickqueue-receiver"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code: 0, 1 where the database or a file refuses, 2 for a wrong setting."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return run(given)
    except (SettingsError, SchemaError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    except DBAPIError as error:
        print(f"{PROGRAM}: the database failed: {str(error.orig).splitlines()[0]}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of an export, such as `head`, has enough. Python writes once more to it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1


def run(given: list[str]) -> int:
    """Choose the command: the first word, or to serve."""
    if given and not given[0].startswith("-"):
        parsed = commands().parse_args(given)
        return int(parsed.run(settings_from(parsed), parsed))
    from clickqueue_receiver.serve import serve

    return serve(settings_from(serving().parse_args(given)))


def serving() -> argparse.ArgumentParser:
    """The options of the server."""
    parser = Parser(
        PROGRAM,
        description="Receives clicks and stores each once, by its id.",
        epilog="Other commands: migrate, export, purge; each has a --help of its own.",
    )
    add_options(parser)
    return parser


def commands() -> argparse.ArgumentParser:
    """The other commands."""
    parser = Parser(PROGRAM)
    parsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, module in (("migrate", None), ("export", export), ("purge", purge)):
        text = (module or migrate).__doc__ or ""
        command = parsers.add_parser(name, description=text, help=text.splitlines()[0])
        add_options(command, only=("db",))
        command.set_defaults(run=migrate)
        if module:
            module.add_arguments(command)
    return parser


def migrate(settings: Settings, parsed: argparse.Namespace) -> int:
    """Create the tables and views, or bring them to the version of this receiver."""
    with Store(settings) as store:
        found = store.migrate()
    print(f"the tables had version {found} and have version {schema.VERSION}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
