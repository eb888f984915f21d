"""`grokcord verify` and `grokcord models`."""

from __future__ import annotations

import typer

from bot.cli.conduct import Setup, Work, upstream_command
from bot.grok.protocol import Grok


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    upstream_command(cli, "verify", verify)
    upstream_command(cli, "models", models)


def verify(setup: Setup) -> Work:
    """Check that the server answers and takes the key."""

    async def work(grok: Grok) -> None:
        await grok.verify()
        address = setup.settings.grok_upstreams or setup.settings.grok_base_url
        setup.output.line(f"ok: {address} answers and takes the key")
        setup.output.document({"ok": True, "upstream": address})

    return work


def models(setup: Setup) -> Work:
    """List the models of the server, one a line."""

    async def work(grok: Grok) -> None:
        found = await grok.models()
        for each in found:
            setup.output.line(each.id)
        setup.output.document({"models": found})

    return work
