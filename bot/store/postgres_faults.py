"""What an error of PostgreSQL means to the person who runs the bot, in one sentence."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import StoreAway, StoreError

_AWAY = "PostgreSQL is away: nothing answers at the place that DATABASE_URL names, or the connection broke"
_BUSY = "PostgreSQL is busy: what was asked of it took too long"
_FULL = "PostgreSQL has no room: its disk is full"
_CROWDED = "PostgreSQL has no connection free: too many programs use it"
_READ_ONLY = "PostgreSQL cannot be written: it is a standby, or set to read-only"
_LOCKED_OUT = "PostgreSQL refuses the user or the password in DATABASE_URL"
_UNKNOWN_NAME = "PostgreSQL has no database of the name in DATABASE_URL"

# By SQLSTATE. Source: appendix A of PostgreSQL's manual
_SENTENCES = {
    "25006": _READ_ONLY,
    "28000": _LOCKED_OUT,
    "28P01": _LOCKED_OUT,
    "3D000": _UNKNOWN_NAME,
    "42501": "PostgreSQL does not let the user in DATABASE_URL make or use tables: let that user own the database",
    "53100": _FULL,
    "53300": _CROWDED,
    "55P03": _BUSY,
    "57014": _BUSY,
}
# By the first two characters of it, where all of a class mean the same.
_CLASSES = {"08": _AWAY, "57": _AWAY, "40": "PostgreSQL undid a change that collided with another"}
# While connecting psycopg knows no SQLSTATE, only the server's words; in another language than English they are
# not found, and the server counts as away.
_WORDS = {
    "password authentication failed": _LOCKED_OUT,
    "no pg_hba.conf entry": _LOCKED_OUT,
    "no password supplied": _LOCKED_OUT,
    'role "': _LOCKED_OUT,
    "does not exist": _UNKNOWN_NAME,
    "too many": _CROWDED,
    "remaining connection slots": _CROWDED,
    "invalid connection option": "DATABASE_URL has an option after its ? that PostgreSQL's client does not know",
    "does not support SSL": "PostgreSQL does not encrypt, which the sslmode in DATABASE_URL asks for",
    "certificate": "PostgreSQL's certificate is not one that the sslmode in DATABASE_URL trusts",
    "invalid sslmode value": "DATABASE_URL has an sslmode that PostgreSQL's client does not know",
}


def postgres_error(fault: SQLAlchemyError) -> StoreError:
    """Say in one sentence what went wrong.

    PostgreSQL's own words are never repeated: they may hold the address, or what people wrote.
    """
    cause = fault.orig if isinstance(fault, DBAPIError) else None
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        known = _SENTENCES.get(state) or _CLASSES.get(state[:2])
        if known == _AWAY:
            return StoreAway(known)
        return StoreError(known or f"PostgreSQL could not do what was asked: {type(cause).__name__} ({state})")
    words = str(cause)
    for hint, sentence in _WORDS.items():
        if hint in words:
            return StoreError(sentence)
    if type(cause).__name__ in {"OperationalError", "ConnectionTimeout", "InterfaceError"}:
        return StoreAway(_AWAY)
    return StoreError(f"PostgreSQL could not be used: {type(cause or fault).__name__}")
