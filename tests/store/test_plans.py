"""Queries that people wait for walk down an index, however much is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from bot.store.branches import Branches
from bot.store.database import Database
from bot.store.memory import Memory, Span
from bot.store.notes import Notes
from bot.store.orders import Orders
from bot.store.person_preferences import PersonPreferences
from bot.store.posts import Posts
from bot.store.preferences import Preferences
from bot.store.rests import Rests
from bot.store.summaries import Summaries
from tests.store.conftest import NOON, address, only_postgres, only_sqlite
from tests.store.some_orders import ordered

Statement = tuple[str, Any]  # Any: parameters in whatever form the driver takes them
Work = Callable[[Database], Awaitable[object]]

THREAD = Span("channel/2", "channel/1", parent_upto=7, since=NOON, before=9, after=3)

QUERIES: dict[str, Work] = {
    "newest": lambda database: Memory(database).newest(Span("channel/1"), 20),
    "count": lambda database: Memory(database).count(Span("channel/1")),
    "forget all": lambda database: Memory(database).forget("channel/1"),
    "forget mine": lambda database: Memory(database).forget("channel/1", author_id=7),
    "newest in a thread": lambda database: Memory(database).newest(THREAD, 20),
    "pinned": lambda database: Memory(database).pinned(THREAD),
    "turn": lambda database: Memory(database).turn(7),
    "exchange": lambda database: Memory(database).exchange(7),
    "exchange at a moment": lambda database: Memory(database).exchange_at("channel/1", NOON),
    "turns of a message": lambda database: Memory(database).by_message(7),
    "another answer": lambda database: Memory(database).rewrite_answer(7, "moss", "grok-4"),
    "forget one": lambda database: Memory(database).remove_exchange(7),
    "post": lambda database: Posts(database).find(7),
    "post of a message": lambda database: Posts(database).by_message(7),
    "post of an exchange": lambda database: Posts(database).of_exchange(7),
    "versions": lambda database: Posts(database).versions(7),
    "version": lambda database: Posts(database).version(7, 1),
    "state of a post": lambda database: Posts(database).state(7),
    "messages of a post": lambda database: Posts(database).place(7, [8, 9], 1),
    "pictures": lambda database: Posts(database).pictures(7),
    "pictures of exchanges": lambda database: Posts(database).pictures_of_exchanges([7, 8]),
    "summary": lambda database: Summaries(database).find("channel/1"),
    "branch": lambda database: Branches(database).find("channel/1"),
    "preferences": lambda database: Preferences(database).channel(7),
    "expiry": lambda database: Preferences(database).guild_memory_days(7),
    "changes": lambda database: Preferences(database).changes(7, 5),
    "note": lambda database: Notes(database).get("commands"),
    "order": lambda database: Orders(database).find(7),
    "picture of an order": lambda database: Orders(database).source(7),
    "orders under way": lambda database: Orders(database).under_way(0),
    "orders in line": lambda database: Orders(database).in_line(),
    "orders of a person": lambda database: Orders(database).count_of(7),
    "durations": lambda database: Orders(database).last_durations("film"),
    "begin an order": lambda database: Orders(database).begin(7),
    "end an order": lambda database: Orders(database).end(7, "done", NOON),
    "retry an order": lambda database: Orders(database).replace(7, ordered()),
    "forget an order": lambda database: Orders(database).remove(7),
    "forget old orders": lambda database: Orders(database).expire(NOON),
    "is pinged": lambda database: PersonPreferences(database).is_pinged(7),
    "rest of a server": lambda database: Rests(database).find("orders"),
}


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Collect the statements as they reach the driver."""
    statements: list[Statement] = []

    def record(_connection: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            statements.append((sql, parameters))

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", record)


@only_sqlite
@pytest.mark.parametrize("name", QUERIES)
async def test_query_walks_an_index_and_sorts_nothing(file: Path, database: Database, name: str) -> None:
    with recorded() as statements:
        await QUERIES[name](database)
    assert statements
    outside = sqlite3.connect(file)
    for sql, parameters in statements:
        plan = [row[-1] for row in outside.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        assert [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step] == []
        assert any("INDEX" in step or "PRIMARY KEY" in step for step in plan)
    outside.close()


@only_postgres
@pytest.mark.parametrize("name", QUERIES)
async def test_postgres_can_answer_the_query_without_reading_a_whole_table(
    url: str, database: Database, name: str
) -> None:
    with recorded() as statements:
        await QUERIES[name](database)
    assert statements
    with psycopg.connect(url) as outside:
        # The tables are empty, and reading those is cheapest: what is asked is whether an index would do.
        outside.execute("SET enable_seqscan = off")
        for sql, parameters in statements:
            plan = [row[0] for row in outside.execute(f"EXPLAIN {sql}".encode(), parameters)]
            assert [step for step in plan if "Seq Scan" in step] == []
            assert any("Index" in step for step in plan)


@only_sqlite
async def test_newest_turns_are_found_by_scope_and_id(file: Path, database: Database) -> None:
    with recorded() as statements:
        await QUERIES["newest"](database)
    [(sql, parameters)] = statements
    outside = sqlite3.connect(file)
    [plan] = outside.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    outside.close()
    assert plan[-1] == "SEARCH turns USING INDEX ix_turns_scope_exchange_id_id (scope=?)"


async def test_newest_turns_cost_the_same_among_a_thousand_and_two_hundred_thousand(file: Path) -> None:
    database = await Database.open(address(file))
    with recorded() as statements:
        await QUERIES["newest"](database)
    await database.close()
    fill(file, exchanges=500)
    among_a_thousand = steps(file, *statements)
    fill(file, exchanges=99_500)
    assert steps(file, *statements) == among_a_thousand


def fill(file: Path, exchanges: int) -> None:
    """Add exchanges of two turns, every second one in the scope that is asked for."""
    connection = sqlite3.connect(file)
    [(have,)] = connection.execute("SELECT count(*) FROM exchanges")
    scopes = [(number, f"channel/{1 + number % 2}") for number in range(have, have + exchanges)]
    connection.executemany("INSERT INTO exchanges (id, scope, asker_id) VALUES (?, ?, 1)", scopes)
    connection.executemany(
        "INSERT INTO turns (exchange_id, scope, role, text, author_id, author_name, model, created_at, channel_id)"
        " VALUES (?, ?, 'user', 'hello', 1, 'Ann', 'grok-3', '2025-06-01 12:00:00.000000', 1)",
        [scope for scope in scopes for _ in range(2)],
    )
    connection.commit()
    connection.close()


def steps(file: Path, statement: Statement) -> int:
    """Count the instructions of SQLite's machine that a statement takes: exact, where a stopwatch is not."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    sql, parameters = statement
    connection = sqlite3.connect(file)
    connection.execute(
        "SELECT 1 FROM turns"
    ).fetchone()  # the schema is read on first use, which is not the query's cost
    connection.set_progress_handler(count, 1)
    assert len(connection.execute(sql, parameters).fetchall()) == 20
    connection.close()
    return counted
