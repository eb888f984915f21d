"""`grokcord pool`: the proxy's accounts, with the admin key."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.conduct import conduct
from bot.cli.environment import environment
from bot.cli.output import Format, FormatOption, Output
from bot.config import load_settings
from bot.errors import InputError, SettingError
from bot.grok.admin import AdminClient
from bot.grok.http import make_http
from bot.grok.pool_tokens import PoolAdmin, PoolToken
from bot.secret import Secret
from bot.services.pool import DEFAULT_POOL, pool_name, tokens_in

_NEEDED = "is not set; the proxy calls it app_key. Write it into .env or the environment, or give --admin-key-file"

AdminKeyFile = Annotated[
    Path | None, typer.Option("--admin-key-file", metavar="PATH", help="File with the proxy's admin key.")
]
Handle = Annotated[str, typer.Argument(metavar="HANDLE", help="As `pool list` shows it, or the token's last four.")]
MaybeHandle = Annotated[str | None, typer.Argument(metavar="HANDLE", help="As `pool list` shows it.")]
PoolName = Annotated[str, typer.Option("--pool", metavar="NAME", help="Where the accounts go.")]
All = Annotated[bool, typer.Option("--all", help="Every account.")]

Work = Callable[[PoolAdmin, Output], Awaitable[None]]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    pool = typer.Typer(
        help="List and change the proxy's accounts (GROK_ADMIN_KEY).", no_args_is_help=True, rich_markup_mode=None
    )
    for name, command in (("list", show), ("add", add), ("disable", disable), ("remove", remove), ("refresh", refresh)):
        pool.command(name=name)(command)
    cli.add_typer(pool, name="pool")


def show(admin_key_file: AdminKeyFile = None, output: FormatOption = Format.TEXT) -> None:
    """List the accounts, tokens masked to their last four characters."""

    async def work(admin: PoolAdmin, told: Output) -> None:
        tokens = await admin.tokens()
        now = datetime.now(UTC)
        told.table([_HEAD, *(_row(each, now) for each in tokens)])
        told.document({"tokens": tokens})

    _do(work, admin_key_file, output)


def add(pool: PoolName = DEFAULT_POOL, admin_key_file: AdminKeyFile = None, output: FormatOption = Format.TEXT) -> None:
    """Add accounts: their tokens are read from stdin, one a line."""
    tokens: list[Secret] = []

    async def work(admin: PoolAdmin, told: Output) -> None:
        change = await admin.add(pool_name(pool), tokens)
        told.line(f"added {len(change.changed)}, there already {change.known}, not taken {change.dropped}")
        told.document(change)

    def read() -> None:
        tokens.extend(tokens_in(sys.stdin.read()))

    _do(work, admin_key_file, output, prepare=read)


def disable(handle: Handle, admin_key_file: AdminKeyFile = None, output: FormatOption = Format.TEXT) -> None:
    """Let an account rest."""

    async def work(admin: PoolAdmin, told: Output) -> None:
        change = await admin.disable(handle)
        told.line(f"disabled {_name(change.changed[0])}")
        told.document(change)

    _do(work, admin_key_file, output)


def remove(handle: Handle, admin_key_file: AdminKeyFile = None, output: FormatOption = Format.TEXT) -> None:
    """Remove an account; the server forgets its token."""

    async def work(admin: PoolAdmin, told: Output) -> None:
        change = await admin.remove(handle)
        told.line(f"removed {_name(change.changed[0])}")
        told.document(change)

    _do(work, admin_key_file, output)


def refresh(
    handle: MaybeHandle = None,
    every: All = False,
    admin_key_file: AdminKeyFile = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Have the server read the quota of one account anew, or of all."""

    def check() -> None:
        if (handle is None) is not every:
            raise InputError("handle_or_all")

    async def work(admin: PoolAdmin, told: Output) -> None:
        results = await admin.refresh(handle)
        for each in results:
            quota = "?" if each.token.quota is None else each.token.quota
            told.line(f"{_name(each.token)}  {'ok' if each.is_good else 'failed'}  {quota} left")
        told.document({"results": results})

    _do(work, admin_key_file, output, prepare=check)


def _do(work: Work, admin_key_file: Path | None, form: Format, prepare: Callable[[], None] = lambda: None) -> None:
    output = Output(form)

    def act() -> None:
        prepare()
        asyncio.run(_work(work, output, admin_key_file))

    sys.exit(conduct(output, act))


async def _work(work: Work, output: Output, admin_key_file: Path | None) -> None:
    given = {} if admin_key_file is None else {"GROK_ADMIN_KEY": "", "GROK_ADMIN_KEY_FILE": str(admin_key_file)}
    settings = load_settings({**environment(), **given}, needed=frozenset())
    if not settings.grok_admin_key:
        raise SettingError("GROK_ADMIN_KEY", _NEEDED)
    async with make_http() as http:
        admin = AdminClient(http, base_url=settings.grok_base_url, admin_key=settings.grok_admin_key)
        await work(admin, output)


_HEAD = ("HANDLE", "TOKEN", "POOL", "STATE", "QUOTA", "USED", "FAILED", "AGE", "LAST FAILURE")


def _row(token: PoolToken, now: datetime) -> tuple[str, ...]:
    age = f"{(now - token.created_at).days} d" if token.created_at else "?"
    quota = "?" if token.quota is None else str(token.quota)
    figures = (quota, str(token.uses), str(token.failures))
    return (token.handle, f"…{token.tail}", token.pool, token.status, *figures, age, token.last_failure)


def _name(token: PoolToken) -> str:
    return f"{token.handle} (…{token.tail})"
