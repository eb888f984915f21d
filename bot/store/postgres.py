"""PostgreSQL as the store uses it: one server, several processes."""

from __future__ import annotations

from sqlalchemy import URL, create_engine

from bot.store.connection import Patience
from bot.store.engines import Engines
from bot.store.postgres_faults import postgres_error

# Small, because a server takes about a hundred in all: one for the writer, four for readers.
CONNECTIONS = 5

CONNECT_TIMEOUT_S = 2  # psycopg takes no less; Discord waits 3 s for the first reply to a press
BEGIN_TIMEOUT_S = 2.0  # a round trip, for the same reason
LOCK_TIMEOUT_S = 5.0  # how long the writers of other processes may keep one waiting
STATEMENT_TIMEOUT_S = 10.0
# How long a process may sit in a transaction without a word, e.g. when it was frozen: then the server ends it.
IDLE_TIMEOUT_S = 15.0
WAIT_S = 5.0  # how long others of this process may keep one waiting
REST_S = 1.0  # how long a server that did not answer is left alone: the next ones fail at once

# Advisory locks are numbers that programs agree on: the first says whose they are ("grok"), the second for what.
LOCK_CLASS = 0x67726F6B
WRITING_LOCK = 1
SCHEMA_LOCK = 2

BEGIN_SCHEMA = f"BEGIN; SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({LOCK_CLASS}, {SCHEMA_LOCK})"

# A host that vanished without a word is noticed after seconds, not after the quarter of an hour that TCP waits.
_NETWORK = {
    "tcp_user_timeout": "5000",  # milliseconds
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "2",
    "application_name": "grokcord",
}


def postgres_engines(url: URL) -> Engines:
    """Reach a server; options in the address win over those here. Nothing is connected yet."""
    network = {"connect_timeout": str(CONNECT_TIMEOUT_S), **_NETWORK}
    defaults = {name: value for name, value in network.items() if name not in url.query}
    engine = create_engine(
        url,
        # The driver begins nothing by itself; `Database` says BEGIN, and which kind.
        connect_args={"autocommit": True, **defaults},
        pool_size=CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,  # they are people's words and would end up in logs
        use_native_hstore=False,  # which would be asked for at every start
    )
    return Engines(
        reader=engine,
        writer=engine,
        readers=CONNECTIONS - 1,
        begin_reading=_begin_reading(),
        begin_writing=_begin_writing(),
        # The server itself ends what takes too long. This is for one that does not answer at all.
        patience=Patience(BEGIN_TIMEOUT_S, LOCK_TIMEOUT_S + BEGIN_TIMEOUT_S, STATEMENT_TIMEOUT_S + BEGIN_TIMEOUT_S),
        wait_s=WAIT_S,
        rest_s=REST_S,
        store_error=postgres_error,
        after_erasing=None,
    )


# Each is one round trip: PostgreSQL takes several statements at once where there are no parameters. SET LOCAL, not a
# setting of the connection, because a pooler between us and the server may give each transaction another connection.


def _begin_reading() -> str:
    return f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_limits()}"


def _begin_writing() -> str:
    """Let one writer in at a time over all processes, as on SQLite, by a lock that falls with its transaction.

    So every statement after it sees what the writer before has done, and what was read may be trusted when it is built
    upon. SERIALIZABLE would need each caller to be repeatable; locks on rows would have to be thought through for each
    pair of callers, and forgetting touches them all. It costs throughput: a write holds the lock for its round trips.
    """
    return f"BEGIN; {_limits()}; SELECT pg_advisory_xact_lock({LOCK_CLASS}, {WRITING_LOCK})"


def _limits() -> str:
    limits = {
        "lock_timeout": LOCK_TIMEOUT_S,
        "statement_timeout": STATEMENT_TIMEOUT_S,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_S,
    }
    return "; ".join(f"SET LOCAL {name} = {seconds * 1000:.0f}" for name, seconds in limits.items())
