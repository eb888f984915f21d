"""`grokcord db`: copy, check, upgrade and export the bot's database."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from bot.cli.conduct import conduct
from bot.cli.environment import environment
from bot.cli.exits import EXIT_FAILED
from bot.cli.output import Format, FormatOption, Output
from bot.config import load_settings
from bot.errors import InputError, StoreError
from bot.store.address import read_address
from bot.store.backup import back_up
from bot.store.beside import written_beside
from bot.store.checking import check as check_database
from bot.store.database import Database
from bot.store.exporting import rows_of_all
from bot.store.looking import look
from bot.store.migrations import HEAD

Target = Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")]
MaybeTarget = Annotated[Path | None, typer.Argument(metavar="FILE", help="Where the lines go; stdout if left out.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]

Work = Callable[[str, Output], Awaitable[None]]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    db = typer.Typer(help="Copy, check, upgrade or export the database.", no_args_is_help=True, rich_markup_mode=None)
    for name, command in (("backup", backup), ("check", check), ("upgrade", upgrade), ("export", export)):
        db.command(name=name)(command)
    cli.add_typer(db, name="db")


def backup(file: Target, force: Force = False, output: FormatOption = Format.TEXT) -> None:
    """Copy the database while the bot runs.

    The copy is a SQLite file that can be used as it is, or, of PostgreSQL, what pg_restore takes.
    """

    async def work(url: str, told: Output) -> None:
        await back_up(url, file, replace=force)
        size = file.stat().st_size
        told.line(f"{file}: {size / 1024:,.0f} KiB")
        told.document({"file": str(file), "size_bytes": size})

    _do(work, output)


def check(output: FormatOption = Format.TEXT) -> None:
    """Check that it is whole and up to date."""
    bad: list[str] = []

    async def work(url: str, told: Output) -> None:
        stand, faults = await check_database(url)
        bad.extend(faults)
        for fault in faults:
            told.line(fault)
        if not faults:
            told.line(f"ok: whole, schema {stand.revision or 'not there yet'}")
        told.document({"ok": not faults, "revision": stand.revision, "faults": faults})

    _do(work, output, then=lambda: EXIT_FAILED if bad else 0)


def upgrade(output: FormatOption = Format.TEXT) -> None:
    """Bring the schema up to date; a SQLite file is copied first."""

    async def work(url: str, told: Output) -> None:
        before, copy = await look(url), None
        place = read_address(url)
        # A newer one is refused when it is opened, and nothing is done to it that would need a copy.
        if before.is_there and "" < before.revision < HEAD and isinstance(place, Path):
            moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
            copy = place.with_name(f"{place.name}.{before.revision}-{moment}")
            await back_up(url, copy)
        await (await Database.open(url)).close()
        is_new = before.revision == HEAD
        told.line(f"already at {HEAD}" if is_new else f"from {before.revision or 'nothing'} to {HEAD}")
        if copy is not None:
            told.line(f"as it was: {copy}")
        told.document({"from": before.revision, "to": HEAD, "backup": str(copy) if copy else None})

    _do(work, output)


def export(file: MaybeTarget = None, force: Force = False, output: FormatOption = Format.TEXT) -> None:
    """Write all that is remembered as JSON lines.

    Each line is a row with the name of its table. Orders are left out: they hold secrets.
    """

    async def work(url: str, told: Output) -> None:
        stand = await look(url)
        if not stand.is_there or stand.revision != HEAD:
            what = f"its schema is {stand.revision or 'not there yet'}" if stand.is_there else "there is no database"
            raise StoreError(f"{what}; `grokcord db upgrade` brings it up to date")
        if file is None:
            await _export(url, sys.stdout.buffer)
            return
        with written_beside(file, replace=force) as part, part.open("wb") as lines:
            count = await _export(url, lines)
        told.line(f"{file}: {count} rows")
        told.document({"file": str(file), "rows": count})

    def check_options() -> None:
        if file is None and output is Format.JSON:
            raise InputError("rows_and_json")

    _do(work, output, check_options)


async def _export(url: str, lines: BinaryIO) -> int:
    database, count = await Database.open(url), 0
    try:
        async for row in rows_of_all(database):
            lines.write(msgspec.json.encode(row) + b"\n")
            count += 1
        lines.flush()
    finally:
        await database.close()
    return count


def _do(
    work: Work, form: Format, prepare: Callable[[], None] = lambda: None, then: Callable[[], int] = lambda: 0
) -> None:
    output = Output(form)

    def act() -> None:
        prepare()
        settings = load_settings(environment(), needed=frozenset())
        asyncio.run(_work(work(settings.database_url, output)))

    sys.exit(conduct(output, act) or then())


async def _work(work: Awaitable[None]) -> None:
    await work
