"""What other tests get: one server, and a database each."""

from __future__ import annotations

import psycopg

from tests.postgres import fresh_database


def test_each_test_gets_an_empty_database_of_its_own(postgres_server: str, postgres_url: str) -> None:
    with fresh_database(postgres_server) as other:
        with psycopg.connect(postgres_url) as mine:
            mine.execute("CREATE TABLE words (word text)")
        with psycopg.connect(other) as theirs:
            tables = theirs.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_a_database_goes_although_somebody_still_uses_it(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        connection = psycopg.connect(url)
    with psycopg.connect(postgres_server) as server:
        name = url.rpartition("/")[2]
        assert server.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone() == (0,)
    connection.close()
