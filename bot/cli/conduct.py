"""From a command to its exit code: options every command has, opening the server, and every way to end."""

from __future__ import annotations

import asyncio
import inspect
import io
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, fields

import typer

from bot.cli.exits import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_KEY_REFUSED, EXIT_OK
from bot.cli.output import Format, FormatOption, Output
from bot.cli.sentences import KEY_MISSING, Verdict, verdict
from bot.cli.upstream import (
    KEY_IS_SEEN,
    BaseUrl,
    Dialect,
    Key,
    KeyFile,
    UpstreamOptions,
    open_grok,
    settings_for,
)
from bot.config import Settings
from bot.errors import GrokBotError, UpstreamError, UpstreamKeyRefused, UpstreamModelUnknown
from bot.grok.naming import nearest
from bot.grok.protocol import Grok

_NAMES_S = 5.0  # for the names that exist, where somebody waits for the word that one does not


@dataclass(frozen=True, slots=True)
class Setup:
    """What a command knows before anything is opened."""

    settings: Settings
    output: Output


Work = Callable[[Grok], Awaitable[None]]
# First everything that needs no server is read and checked, stdin too; then the work that is returned is done.
Prepare = Callable[..., Work]


class ModelUnknown(GrokBotError):
    """The server does not know a model. It says which names come nearest."""


class KeyMissing(GrokBotError):
    """The server wants a key and none is set."""


def conduct(output: Output, act: Callable[[], None]) -> int:
    """Do what a command does, say in one sentence what went wrong, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return _end(output, act)
    except BrokenPipeError:  # whoever read our output has seen enough
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return EXIT_OK


def _end(output: Output, act: Callable[[], None]) -> int:
    try:
        act()
    except KeyboardInterrupt:
        output.fail("stopped", "stopped")
        return EXIT_INTERRUPTED
    except ModelUnknown as unknown:
        return _say(output, Verdict("model_unknown", str(unknown), EXIT_FAILED))
    except KeyMissing:
        return _say(output, Verdict("key_refused", KEY_MISSING, EXIT_KEY_REFUSED))
    except GrokBotError as error:
        return _say(output, verdict(error))
    except BrokenPipeError:
        raise
    except OSError as failed:
        name = f"{failed.filename}: " if failed.filename else ""
        return _say(output, Verdict("disk", f"{name}{failed.strerror or type(failed).__name__}", EXIT_FAILED))
    return EXIT_OK


def _say(output: Output, told: Verdict) -> int:
    output.fail(told.code, told.sentence)
    return told.exit_code


def upstream_command(cli: typer.Typer, name: str, prepare: Prepare) -> None:
    """Add a command that talks to a Grok server. prepare: takes a `Setup` and its own options by name."""
    own = list(inspect.signature(prepare, eval_str=True).parameters.values())[1:]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *_COMMON)]

    def command(**given: object) -> None:
        options = UpstreamOptions(**{field.name: given.pop(field.name) for field in fields(UpstreamOptions)})  # type: ignore[arg-type]  # Typer made them of these types
        output = Output(Format(str(given.pop("output"))))

        def act() -> None:
            if options.key is not None:
                output.note(KEY_IS_SEEN)
            settings = settings_for(options)
            work = prepare(Setup(settings, output), **given)
            asyncio.run(_work(settings, work))

        sys.exit(conduct(output, act))

    command.__doc__ = prepare.__doc__
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    cli.command(name=name)(command)


def _options(
    *,
    key_file: KeyFile = None,
    key: Key = None,
    base_url: BaseUrl = None,
    dialect: Dialect = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Have the options of every command that talks to a Grok server."""


_COMMON = tuple(inspect.signature(_options, eval_str=True).parameters.values())


async def _work(settings: Settings, work: Work) -> None:
    async with open_grok(settings) as grok:
        try:
            await work(grok)
        except UpstreamKeyRefused as refused:
            if settings.grok_api_key or settings.grok_upstreams:
                raise
            raise KeyMissing from refused


async def with_known_model(grok: Grok, model: str, work: Awaitable[None]) -> None:
    """Do `work`; where the server does not know the model, raise ModelUnknown with the names that come nearest."""
    try:
        await work
    except UpstreamModelUnknown as unknown:
        names: tuple[str, ...] = ()
        with suppress(UpstreamError, TimeoutError):
            async with asyncio.timeout(_NAMES_S):
                names = tuple(each.id for each in await grok.models())
        near = ", ".join(nearest(model, names))
        hint = f"; the nearest it has: {near}" if near else "; `grokcord models` lists what it has"
        raise ModelUnknown(f"the Grok server does not know the model {model}{hint}") from unknown
