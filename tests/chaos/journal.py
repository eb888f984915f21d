"""What the bot has written down, read by another process: the orders, and the results of their steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

# Where a process can be killed: after the order was handed to its line, and after each of its steps.
ADMITTED = "fulfil.1"
STEPS = (ADMITTED, "claim", "make", "follow", "get", "fit", "deliver", "close", "settle", "record", "tell")

Rows = Callable[[str], list[tuple[Any, ...]]]  # Any: columns, as the database gives them


@dataclass(frozen=True, slots=True)
class Row:
    """One order."""

    id: int
    slot: int
    kind: str
    state: str
    prompt: str
    amount: int
    asker_id: int
    channel_id: int
    message_id: int | None
    is_private: bool
    is_charged: bool
    next_id: int | None
    failure: str


class Journal:
    """Orders and steps. orders, steps: how the two databases are asked; schema: where DBOS keeps its tables."""

    def __init__(self, orders: Rows, steps: Rows, schema: str = "") -> None:
        self._orders = orders
        self._steps = steps
        self._schema = schema

    def rows(self) -> list[Row]:
        """Return every order, oldest first."""
        columns = ", ".join(Row.__dataclass_fields__)
        return [Row(*values) for values in self._orders(f"SELECT {columns} FROM orders ORDER BY id")]  # noqa: S608

    def are_over(self) -> bool:
        """Tell whether nothing is left to be done for any order."""
        under_way = "status IN ('ENQUEUED', 'PENDING', 'DELAYED')"
        left = self._steps(f"SELECT workflow_uuid FROM {self._schema}workflow_status WHERE {under_way}")  # noqa: S608
        return not left and all(row.state not in ("queued", "running") for row in self.rows())

    def taken(self, step: str) -> set[str]:
        """Return the orders' workflows that have taken a step."""
        name = f"function_name = '{step}'"
        found = self._steps(f"SELECT workflow_uuid FROM {self._schema}operation_outputs WHERE {name}")  # noqa: S608
        return {workflow for (workflow,) in found}

    def executor(self, workflow: str) -> str:
        """Return who carries a workflow out."""
        chosen = f"workflow_uuid = '{workflow}'"
        found = self._steps(f"SELECT executor_id FROM {self._schema}workflow_status WHERE {chosen}")  # noqa: S608
        return str(found[0][0]) if found else ""

    def last_step(self, workflow: str) -> str:
        """Return which step a workflow took last."""
        chosen = f"workflow_uuid = '{workflow}' ORDER BY function_id DESC LIMIT 1"
        found = self._steps(f"SELECT function_name FROM {self._schema}operation_outputs WHERE {chosen}")  # noqa: S608
        return str(found[0][0]) if found else ""


def sqlite_journal(database: Path) -> Journal:
    """Return what stands in a SQLite file, and in the one beside it."""
    return Journal(_sqlite(database), _sqlite(database.with_name(f"{database.stem}-jobs{database.suffix}")))


@contextmanager
def postgres_journal(url: str) -> Iterator[Journal]:
    """Give what stands in a PostgreSQL database."""
    with psycopg.connect(url, autocommit=True) as connection:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            try:
                return connection.execute(statement.encode()).fetchall()
            except psycopg.errors.UndefinedTable:  # nobody was here yet
                return []

        yield Journal(rows, rows, "dbos.")


def _sqlite(path: Path) -> Rows:
    def rows(statement: str) -> list[tuple[Any, ...]]:
        if not path.exists():
            return []
        # Not read-only: what a killed writer left half done can only be read by one that may undo it.
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=10.0)) as connection:
            has_tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name IN ('orders', 'operation_outputs')")
            return connection.execute(statement).fetchall() if has_tables.fetchall() else []

    return rows
