"""The commands of `grokcord`. Loaded only where it is needed: a running bot would carry Typer for nothing."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import typer
from typer.exceptions import TyperException

from bot.cli import db, demos, doctor, looking, making, pool, talking
from bot.cli.exits import EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE
from bot.cli.output import Format, Output

HELP = """A Discord bot for Grok, and Grok on the command line.

Results go to stdout, all else to stderr. Exit codes: 0 done, 1 the Grok server or
the disk failed, 2 usage, 75 try later, 77 key refused, 78 bad setting, 130 stopped.
"""


def command_line(run: Callable[[], int]) -> typer.Typer:
    """Return the command line. run: serves the bot and returns what the process ends with."""
    cli = typer.Typer(
        help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )

    @cli.command(name="run")
    def run_bot() -> None:
        """Run the bot with the settings of the environment and .env."""
        sys.exit(run())

    for group in (demos, doctor, db, looking, talking, making, pool):
        group.add_to(cli)
    return cli


def start(cli: typer.Typer, arguments: list[str]) -> int:
    """Run what was typed and return the exit code. Wrong usage is told as JSON too, where JSON was asked for."""
    logging.getLogger("bot").addHandler(logging.NullHandler())  # what a command has to say, it says by itself
    try:
        code = cli(arguments, prog_name="grokcord", standalone_mode=False)
    except TyperException as wrong:
        show = getattr(wrong, "show", None)
        if callable(show):
            show()
        if _wants_json(arguments):
            Output(Format.JSON).document({"error": {"code": "usage", "message": wrong.format_message()}})
        return EXIT_USAGE
    except (typer.Abort, KeyboardInterrupt):
        Output().note("grokcord: stopped")
        return EXIT_INTERRUPTED
    return code if isinstance(code, int) else EXIT_OK


def _wants_json(arguments: list[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return any(pair == ("--output", "json") or pair[0] == "--output=json" for pair in pairs)
