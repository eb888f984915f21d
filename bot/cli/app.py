"""The commands of `grokcord`. Loaded only where it is needed: a running bot would carry Typer for nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from bot.cli import demos

HELP = "A Discord bot for Grok."


def command_line(run: Callable[[], int]) -> typer.Typer:
    """Return the command line. run: serves the bot and returns what the process ends with."""
    cli = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

    @cli.command(name="run")
    def run_bot() -> None:
        """Run the bot with the settings of the environment and .env."""
        sys.exit(run())

    demos.add_to(cli)
    return cli
