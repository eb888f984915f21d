"""From the text of `DATABASE_URL` to the file or the server that it names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

_SQLITE = {"sqlite", "sqlite+aiosqlite"}
_POSTGRES = {"postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg_async"}
_EXAMPLE = "for example sqlite:///data/grokcord.db"
_POSTGRES_EXAMPLE = "for example postgresql://user:password@host/name"


def read_address(url: str) -> Path | URL:
    """Return the file that a database address names, a relative one taken from the current folder, or the server.

    Raises StoreError for every other address. The address is never repeated: it may hold a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as malformed:
        raise StoreError(f"DATABASE_URL is not a database address; write {_EXAMPLE}") from malformed
    if address.drivername in _POSTGRES:
        return _server(address)
    if address.drivername in _SQLITE:
        return _file(address)
    raise StoreError(f"DATABASE_URL names a database that the bot does not know; write {_EXAMPLE}")


def _server(address: URL) -> URL:
    if not address.database:
        raise StoreError(f"DATABASE_URL names no database on that server; write {_POSTGRES_EXAMPLE}")
    return address.set(drivername="postgresql+psycopg_async")


def _file(address: URL) -> Path:
    if address.host or address.query:
        raise StoreError(
            f"DATABASE_URL takes three slashes and a file name, with no options after it; write {_EXAMPLE}"
        )
    if address.database in (None, "", ":memory:"):
        raise StoreError(f"DATABASE_URL names no file, so memory would be lost at every restart; write {_EXAMPLE}")
    return Path(str(address.database)).absolute()


def jobs_url(url: str) -> str:
    """Return where the steps of orders are kept: beside a SQLite file, in a file of its own; in the same PostgreSQL."""
    address = read_address(url)
    if isinstance(address, URL):
        return address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return f"sqlite:///{address.with_name(f'{address.stem}-jobs{address.suffix}')}"
