"""Every schema that was released, as it lies in people's files, with a few rows in it. Text: no code can change it."""

from __future__ import annotations

RELEASED = {
    "0001": """
        CREATE TABLE exchanges (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, asker_id BIGINT NOT NULL
        );
        CREATE INDEX ix_exchanges_scope_asker_id ON exchanges (scope, asker_id);
        CREATE TABLE turns (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, exchange_id INTEGER NOT NULL, scope TEXT NOT NULL,
            role TEXT NOT NULL, text TEXT NOT NULL, author_id BIGINT NOT NULL, author_name TEXT NOT NULL,
            model TEXT NOT NULL, created_at DATETIME NOT NULL, message_id BIGINT, channel_id BIGINT NOT NULL,
            CONSTRAINT fk_turns_exchange_id_exchanges
                FOREIGN KEY(exchange_id) REFERENCES exchanges (id) ON DELETE CASCADE
        );
        CREATE INDEX ix_turns_exchange_id ON turns (exchange_id);
        CREATE INDEX ix_turns_scope_id ON turns (scope, id);
        CREATE TABLE notes (
            "key" TEXT NOT NULL, value TEXT NOT NULL, CONSTRAINT pk_notes PRIMARY KEY ("key")
        );
        CREATE TABLE answers (
            message_id INTEGER NOT NULL, channel_id BIGINT NOT NULL, scope TEXT NOT NULL, exchange_id INTEGER,
            asker_id BIGINT NOT NULL, CONSTRAINT pk_answers PRIMARY KEY (message_id),
            CONSTRAINT fk_answers_exchange_id_exchanges
                FOREIGN KEY(exchange_id) REFERENCES exchanges (id) ON DELETE SET NULL
        );
        CREATE INDEX ix_answers_exchange_id ON answers (exchange_id);
        CREATE TABLE alembic_version (
            version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
        );
        INSERT INTO alembic_version VALUES ('0001');
        INSERT INTO exchanges VALUES (7, 'channel/1', 11);
        INSERT INTO turns VALUES
            (13, 7, 'channel/1', 'user', 'why?', 11, 'Ann', 'grok-3', '2025-06-01 12:00:00.000000', 111, 1),
            (14, 7, 'channel/1', 'assistant', 'because', 99, 'Grok', 'grok-3', '2025-06-01 12:00:05.000000', 112, 1);
        INSERT INTO notes VALUES ('commands', 'abc');
        INSERT INTO answers VALUES (112, 1, 'channel/1', 7, 11);
    """,
}
