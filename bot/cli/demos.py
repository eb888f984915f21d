"""`grokcord demo` and `grokcord demo-cluster`."""

from __future__ import annotations

import sys

import typer

from bot.demo import run_demo
from bot.demo_cluster import run_demo_cluster

_PORT = typer.Option(0, help="Port of the page; 0 takes any free one.")


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""

    @cli.command()
    def demo(port: int = _PORT) -> None:
        """Try the bot in a browser, without any account.

        Starts a local Discord, a demo Grok server and the bot.
        """
        sys.exit(run_demo(port))

    @cli.command()
    def demo_cluster(port: int = _PORT) -> None:
        """See several processes run as one bot, and one die.

        Needs PostgreSQL's programs on this machine.
        """
        sys.exit(run_demo_cluster(port))
