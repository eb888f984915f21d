"""From the text of `DATABASE_URL` to the file it names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

_SQLITE = {"sqlite", "sqlite+aiosqlite"}
_EXAMPLE = "for example sqlite:///data/grokcord.db"


def database_path(url: str) -> Path:
    """Return the file that a database address names; a relative one is taken from the current folder.

    Raises StoreError for everything that is no SQLite file. The address is never repeated: it may hold a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as malformed:
        raise StoreError(f"DATABASE_URL is not a database address; write {_EXAMPLE}") from malformed
    if address.get_backend_name() == "postgresql":
        raise StoreError(f"DATABASE_URL names PostgreSQL, which this version cannot use yet; write {_EXAMPLE}")
    if address.drivername not in _SQLITE:
        raise StoreError(f"DATABASE_URL names a database that the bot does not know; write {_EXAMPLE}")
    if address.host or address.query:
        raise StoreError(
            f"DATABASE_URL takes three slashes and a file name, with no options after it; write {_EXAMPLE}"
        )
    if address.database in (None, "", ":memory:"):
        raise StoreError(f"DATABASE_URL names no file, so memory would be lost at every restart; write {_EXAMPLE}")
    return Path(str(address.database)).absolute()


def jobs_url(url: str) -> str:
    """Return where the steps of orders are kept: beside a SQLite file, in a file of its own; in the same PostgreSQL."""
    if make_url(url).get_backend_name() == "postgresql":
        return url
    path = database_path(url)
    return f"sqlite:///{path.with_name(f'{path.stem}-jobs{path.suffix}')}"
