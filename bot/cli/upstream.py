"""The Grok server that a command talks to: who it is, by which key, and opening it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.environment import environment
from bot.config import DIALECTS, Settings, load_settings
from bot.errors import InputError, SettingError
from bot.grok.http import make_http
from bot.grok.protocol import Grok
from bot.upstreams.opening import Upstreams

KEY_IS_SEEN = "warning: a key given by --key shows in process lists; use GROK_API_KEY, .env or --key-file"

KeyFile = Annotated[Path | None, typer.Option("--key-file", metavar="PATH", help="File with the key.")]
Key = Annotated[str | None, typer.Option("--key", metavar="KEY", help="The key; shows in process lists: avoid it.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Address of the Grok server.")]
Dialect = Annotated[
    str | None, typer.Option("--dialect", metavar="NAME", help=f"How it speaks: {', '.join(DIALECTS)}.")
]

_OPTION_OF = {
    "GROK_API_KEY": "--key",
    "GROK_API_KEY_FILE": "--key-file",
    "GROK_BASE_URL": "--base-url",
    "GROK_DIALECT": "--dialect",
}


@dataclass(frozen=True, slots=True)
class UpstreamOptions:
    """What the command line says of the server. None: as the environment or `.env` has it."""

    key: str | None = None
    key_file: Path | None = None
    base_url: str | None = None
    dialect: str | None = None

    def variables(self) -> dict[str, str]:
        """Return the options as the variables that they stand in for."""
        given: dict[str, str] = {}
        if self.key_file is not None:
            given |= {"GROK_API_KEY": "", "GROK_API_KEY_FILE": str(self.key_file)}
        if self.key is not None:
            given["GROK_API_KEY"] = self.key
        if self.base_url is not None:
            given["GROK_BASE_URL"] = self.base_url
        if self.dialect is not None:
            given["GROK_DIALECT"] = self.dialect
        # An option describes one server, so the file that lists several does not count.
        return {**given, "GROK_UPSTREAMS": ""} if given else given


def settings_for(options: UpstreamOptions) -> Settings:
    """Return the settings for a command that needs no Discord, and a key only where the server asks for one.

    Raises SettingError for a bad variable and InputError for a bad option.
    """
    given = options.variables()
    try:
        return load_settings({**environment(), **given}, needed=frozenset())
    except SettingError as bad:
        if not given.get(bad.name):
            raise
        raise InputError("option", name=_OPTION_OF[bad.name], problem=bad.problem) from bad


@asynccontextmanager
async def open_grok(settings: Settings) -> AsyncIterator[Grok]:
    """Open the upstreams that the settings name, one or several, and close them afterwards. Raises SettingError."""
    async with make_http() as http:
        yield Upstreams(settings, http, environment).pool
