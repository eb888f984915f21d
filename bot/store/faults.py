"""What a database error means to the person who runs the bot, in one sentence."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import StoreError

# By primary result code. Source: sqlite.org/rescode.html
_SENTENCES = {
    sqlite3.SQLITE_BUSY: "{path} is in use by another program that does not let go of it",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: it must be a file, in a folder that this user may write to",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged: restore it from a backup, or move it away to begin anew",
    sqlite3.SQLITE_FULL: "{path} cannot grow: the disk is full",
    sqlite3.SQLITE_IOERR: "{path} cannot be read or written: the disk reports an error",
    sqlite3.SQLITE_NOTADB: "{path} is not a SQLite database",
    sqlite3.SQLITE_READONLY: "{path} cannot be written: it, or its folder, is read-only for this user",
}
_PRIMARY = 0xFF  # an extended result code carries its primary one in the lowest byte


def store_error(fault: SQLAlchemyError, path: Path) -> StoreError:
    """Say in one sentence what went wrong; it never holds statement parameters, which are people's words."""
    cause = fault.orig if isinstance(fault, DBAPIError) else None
    code = getattr(cause, "sqlite_errorcode", None)
    sentence = _SENTENCES.get(code & _PRIMARY) if isinstance(code, int) else None
    if sentence is None:
        return StoreError(f"{path} could not be used: {cause or type(fault).__name__}")
    return StoreError(sentence.format(path=path))
