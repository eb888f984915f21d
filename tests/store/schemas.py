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
    "0002": """
        CREATE TABLE exchanges (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, asker_id BIGINT NOT NULL,
            guild_id BIGINT, created_at DATETIME
        );
        CREATE INDEX ix_exchanges_guild_id_created_at ON exchanges (guild_id, created_at);
        CREATE INDEX ix_exchanges_scope_created_at ON exchanges (scope, created_at);
        CREATE INDEX ix_exchanges_scope_asker_id ON exchanges (scope, asker_id);
        CREATE TABLE notes (
            "key" TEXT NOT NULL, value TEXT NOT NULL, CONSTRAINT pk_notes PRIMARY KEY ("key")
        );
        CREATE TABLE summaries (
            scope TEXT NOT NULL, upto_exchange_id BIGINT NOT NULL, text TEXT NOT NULL, turns INTEGER NOT NULL,
            model TEXT NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT pk_summaries PRIMARY KEY (scope)
        );
        CREATE TABLE branches (
            scope TEXT NOT NULL, parent TEXT NOT NULL, upto_exchange_id BIGINT NOT NULL, CONSTRAINT pk_branches
            PRIMARY KEY (scope)
        );
        CREATE INDEX ix_branches_parent ON branches (parent);
        CREATE TABLE channel_preferences (
            channel_id INTEGER NOT NULL, guild_id BIGINT, persona TEXT, model TEXT, temperature FLOAT,
            max_tokens INTEGER, style TEXT, is_json BOOLEAN DEFAULT 0 NOT NULL, memory_mode TEXT, CONSTRAINT
            pk_channel_preferences PRIMARY KEY (channel_id)
        );
        CREATE TABLE guild_preferences (
            guild_id INTEGER NOT NULL, memory_days INTEGER, CONSTRAINT pk_guild_preferences PRIMARY KEY
            (guild_id)
        );
        CREATE TABLE changes (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, channel_id BIGINT NOT NULL, guild_id BIGINT, user_id
            BIGINT NOT NULL, user_name TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL, created_at
            DATETIME NOT NULL
        );
        CREATE INDEX ix_changes_channel_id_id ON changes (channel_id, id);
        CREATE TABLE turns (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, exchange_id INTEGER NOT NULL, scope TEXT NOT NULL,
            role TEXT NOT NULL, text TEXT NOT NULL, author_id BIGINT NOT NULL, author_name TEXT NOT NULL, model
            TEXT NOT NULL, created_at DATETIME NOT NULL, message_id BIGINT, channel_id BIGINT NOT NULL, pinned
            BOOLEAN DEFAULT 0 NOT NULL, CONSTRAINT fk_turns_exchange_id_exchanges FOREIGN KEY(exchange_id)
            REFERENCES exchanges (id) ON DELETE CASCADE
        );
        CREATE INDEX ix_turns_pinned ON turns (scope, exchange_id, id) WHERE pinned;
        CREATE INDEX ix_turns_message_id ON turns (message_id);
        CREATE INDEX ix_turns_exchange_id ON turns (exchange_id);
        CREATE INDEX ix_turns_scope_exchange_id_id ON turns (scope, exchange_id, id);
        CREATE TABLE posts (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, channel_id BIGINT NOT NULL,
            guild_id BIGINT, asker_id BIGINT NOT NULL, asker_name TEXT NOT NULL, prompt TEXT NOT NULL, material
            TEXT NOT NULL, heading TEXT NOT NULL, model TEXT, is_fresh BOOLEAN NOT NULL, message_id BIGINT,
            exchange_id INTEGER, version INTEGER NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT
            fk_posts_exchange_id_exchanges FOREIGN KEY(exchange_id) REFERENCES exchanges (id) ON DELETE SET NULL
        );
        CREATE INDEX ix_posts_message_id ON posts (message_id);
        CREATE INDEX ix_posts_exchange_id ON posts (exchange_id);
        CREATE INDEX ix_posts_scope_asker_id ON posts (scope, asker_id);
        CREATE INDEX ix_posts_guild_id_created_at ON posts (guild_id, created_at);
        CREATE TABLE post_messages (
            message_id INTEGER NOT NULL, post_id INTEGER NOT NULL, position INTEGER NOT NULL, channel_id BIGINT
            NOT NULL, CONSTRAINT pk_post_messages PRIMARY KEY (message_id), CONSTRAINT
            fk_post_messages_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
        );
        CREATE INDEX ix_post_messages_post_id ON post_messages (post_id);
        CREATE TABLE versions (
            id INTEGER NOT NULL, post_id INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, thoughts
            TEXT NOT NULL, thought_s FLOAT NOT NULL, citations TEXT NOT NULL, model TEXT NOT NULL, ended TEXT
            NOT NULL, used TEXT NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT pk_versions PRIMARY KEY (id),
            CONSTRAINT uq_versions_post_id_number UNIQUE (post_id, number), CONSTRAINT fk_versions_post_id_posts
            FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
        );
        CREATE TABLE pictures (
            id INTEGER NOT NULL, post_id INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, mime
            TEXT NOT NULL, data BLOB NOT NULL, CONSTRAINT pk_pictures PRIMARY KEY (id), CONSTRAINT
            fk_pictures_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
        );
        CREATE INDEX ix_pictures_post_id ON pictures (post_id);
        CREATE TABLE alembic_version (
            version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
        );
        INSERT INTO alembic_version VALUES ('0002');
        INSERT INTO exchanges VALUES (7, 'channel/1', 11, 3, '2025-06-01 12:00:00.000000');
        INSERT INTO turns VALUES
            (13, 7, 'channel/1', 'user', 'why?', 11, 'Ann', 'grok-3', '2025-06-01 12:00:00.000000', 111, 1, 1),
            (14, 7, 'channel/1', 'assistant', 'because', 99, 'Grok', 'grok-3', '2025-06-01 12:00:05', NULL, 1, 0);
        INSERT INTO notes VALUES ('commands', 'abc');
        INSERT INTO posts VALUES
            (5, 'channel/1', 1, 3, 11, 'Ann', 'why?', '', '', NULL, 0, 111, 7, 1, '2025-06-01 12:00:00.000000');
        INSERT INTO post_messages VALUES (112, 5, 0, 1);
        INSERT INTO versions VALUES
            (1, 5, 1, 'because', '', 0.0, '[]', 'grok-3', 'stop', '{}', '2025-06-01 12:00:05.000000');
        INSERT INTO pictures VALUES (1, 5, 0, 'moss.png', 'image/png', x'89504e47');
        INSERT INTO summaries VALUES ('channel/1', 7, 'Ann asked why.', 2, 'grok-3', '2025-06-01 12:01:00.000000');
        INSERT INTO branches VALUES ('channel/2', 'channel/1', 7);
        INSERT INTO channel_preferences VALUES (1, 3, 'a gardener', 'grok-4', 0.5, 500, 'brief', 1, 'person');
        INSERT INTO guild_preferences VALUES (3, 30);
        INSERT INTO changes VALUES (1, 1, 3, 11, 'Ann', 'persona', 'a gardener', '2025-06-01 12:00:00.000000');
    """,
    "0003": """
        CREATE TABLE exchanges ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL,
            asker_id BIGINT NOT NULL, guild_id BIGINT, created_at DATETIME );
        CREATE INDEX ix_exchanges_scope_created_at ON exchanges (scope, created_at);
        CREATE INDEX ix_exchanges_guild_id_created_at ON exchanges (guild_id, created_at);
        CREATE INDEX ix_exchanges_scope_asker_id ON exchanges (scope, asker_id);
        CREATE TABLE notes ( "key" TEXT NOT NULL, value TEXT NOT NULL, CONSTRAINT pk_notes PRIMARY KEY
            ("key") );
        CREATE TABLE summaries ( scope TEXT NOT NULL, upto_exchange_id BIGINT NOT NULL, text TEXT NOT NULL,
            turns INTEGER NOT NULL, model TEXT NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT
            pk_summaries PRIMARY KEY (scope) );
        CREATE TABLE branches ( scope TEXT NOT NULL, parent TEXT NOT NULL, upto_exchange_id BIGINT NOT NULL,
            CONSTRAINT pk_branches PRIMARY KEY (scope) );
        CREATE INDEX ix_branches_parent ON branches (parent);
        CREATE TABLE channel_preferences ( channel_id INTEGER NOT NULL, guild_id BIGINT, persona TEXT, model
            TEXT, temperature FLOAT, max_tokens INTEGER, style TEXT, is_json BOOLEAN DEFAULT 0 NOT NULL,
            memory_mode TEXT, CONSTRAINT pk_channel_preferences PRIMARY KEY (channel_id) );
        CREATE TABLE guild_preferences ( guild_id INTEGER NOT NULL, memory_days INTEGER, CONSTRAINT
            pk_guild_preferences PRIMARY KEY (guild_id) );
        CREATE TABLE changes ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, channel_id BIGINT NOT NULL,
            guild_id BIGINT, user_id BIGINT NOT NULL, user_name TEXT NOT NULL, what TEXT NOT NULL, value
            TEXT NOT NULL, created_at DATETIME NOT NULL );
        CREATE INDEX ix_changes_channel_id_id ON changes (channel_id, id);
        CREATE TABLE slots ( number INTEGER NOT NULL, epoch BIGINT NOT NULL, slot_count INTEGER NOT NULL,
            shard_count INTEGER NOT NULL, holder TEXT NOT NULL, claimed_at DATETIME NOT NULL, seen_at
            DATETIME NOT NULL, CONSTRAINT pk_slots PRIMARY KEY (number), CONSTRAINT uq_slots_number_epoch
            UNIQUE (number, epoch) );
        CREATE TABLE orders ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state TEXT
            NOT NULL, slot INTEGER NOT NULL, prompt TEXT NOT NULL, model TEXT NOT NULL, amount INTEGER NOT
            NULL, aspect TEXT, seconds INTEGER, quality TEXT, asker_id BIGINT NOT NULL, asker_name TEXT NOT
            NULL, channel_id BIGINT NOT NULL, guild_id BIGINT, message_id BIGINT, application_id BIGINT NOT
            NULL, token TEXT NOT NULL, token_dies_at DATETIME NOT NULL, is_private BOOLEAN NOT NULL,
            is_guest BOOLEAN NOT NULL, limit_bytes BIGINT NOT NULL, resend_of BIGINT, next_id BIGINT,
            begun_at DATETIME, job_id TEXT DEFAULT '' NOT NULL, is_cancelled BOOLEAN DEFAULT 0 NOT NULL,
            is_detached BOOLEAN DEFAULT 0 NOT NULL, is_charged BOOLEAN DEFAULT 0 NOT NULL, result TEXT
            DEFAULT '' NOT NULL, failure TEXT DEFAULT '' NOT NULL, created_at DATETIME NOT NULL, ended_at
            DATETIME );
        CREATE INDEX ix_orders_state_id ON orders (state, id);
        CREATE INDEX ix_orders_asker_id_state ON orders (asker_id, state);
        CREATE INDEX ix_orders_ended_at ON orders (ended_at);
        CREATE INDEX ix_orders_message_id ON orders (message_id);
        CREATE TABLE durations ( id INTEGER NOT NULL, model TEXT NOT NULL, took_s FLOAT NOT NULL, created_at
            DATETIME NOT NULL, CONSTRAINT pk_durations PRIMARY KEY (id) );
        CREATE INDEX ix_durations_model_id ON durations (model, id);
        CREATE TABLE person_preferences ( user_id INTEGER NOT NULL, is_pinged BOOLEAN NOT NULL, CONSTRAINT
            pk_person_preferences PRIMARY KEY (user_id) );
        CREATE TABLE rests ( server TEXT NOT NULL, until DATETIME NOT NULL, times INTEGER NOT NULL,
            CONSTRAINT pk_rests PRIMARY KEY (server) );
        CREATE TABLE turns ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, exchange_id INTEGER NOT NULL,
            scope TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL, author_id BIGINT NOT NULL,
            author_name TEXT NOT NULL, model TEXT NOT NULL, created_at DATETIME NOT NULL, message_id BIGINT,
            channel_id BIGINT NOT NULL, pinned BOOLEAN DEFAULT 0 NOT NULL, CONSTRAINT
            fk_turns_exchange_id_exchanges FOREIGN KEY(exchange_id) REFERENCES exchanges (id) ON DELETE
            CASCADE );
        CREATE INDEX ix_turns_exchange_id ON turns (exchange_id);
        CREATE INDEX ix_turns_scope_exchange_id_id ON turns (scope, exchange_id, id);
        CREATE INDEX ix_turns_pinned ON turns (scope, exchange_id, id) WHERE pinned;
        CREATE INDEX ix_turns_message_id ON turns (message_id);
        CREATE TABLE posts ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, channel_id
            BIGINT NOT NULL, guild_id BIGINT, asker_id BIGINT NOT NULL, asker_name TEXT NOT NULL, prompt
            TEXT NOT NULL, material TEXT NOT NULL, heading TEXT NOT NULL, model TEXT, is_fresh BOOLEAN NOT
            NULL, message_id BIGINT, exchange_id INTEGER, version INTEGER NOT NULL, created_at DATETIME NOT
            NULL, CONSTRAINT fk_posts_exchange_id_exchanges FOREIGN KEY(exchange_id) REFERENCES exchanges
            (id) ON DELETE SET NULL );
        CREATE INDEX ix_posts_message_id ON posts (message_id);
        CREATE INDEX ix_posts_scope_asker_id ON posts (scope, asker_id);
        CREATE INDEX ix_posts_exchange_id ON posts (exchange_id);
        CREATE INDEX ix_posts_guild_id_created_at ON posts (guild_id, created_at);
        CREATE TABLE order_sources ( order_id INTEGER NOT NULL, mime TEXT NOT NULL, data BLOB NOT NULL,
            CONSTRAINT pk_order_sources PRIMARY KEY (order_id), CONSTRAINT fk_order_sources_order_id_orders
            FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE );
        CREATE TABLE post_messages ( message_id INTEGER NOT NULL, post_id INTEGER NOT NULL, position INTEGER
            NOT NULL, channel_id BIGINT NOT NULL, CONSTRAINT pk_post_messages PRIMARY KEY (message_id),
            CONSTRAINT fk_post_messages_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE
            CASCADE );
        CREATE INDEX ix_post_messages_post_id ON post_messages (post_id);
        CREATE TABLE versions ( id INTEGER NOT NULL, post_id INTEGER NOT NULL, number INTEGER NOT NULL, text
            TEXT NOT NULL, thoughts TEXT NOT NULL, thought_s FLOAT NOT NULL, citations TEXT NOT NULL, model
            TEXT NOT NULL, ended TEXT NOT NULL, used TEXT NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT
            pk_versions PRIMARY KEY (id), CONSTRAINT uq_versions_post_id_number UNIQUE (post_id, number),
            CONSTRAINT fk_versions_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE
            CASCADE );
        CREATE TABLE pictures ( id INTEGER NOT NULL, post_id INTEGER NOT NULL, position INTEGER NOT NULL,
            name TEXT NOT NULL, mime TEXT NOT NULL, data BLOB NOT NULL, CONSTRAINT pk_pictures PRIMARY KEY
            (id), CONSTRAINT fk_pictures_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE
            CASCADE );
        CREATE INDEX ix_pictures_post_id ON pictures (post_id);
        CREATE TABLE alembic_version ( version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc
            PRIMARY KEY (version_num) );
        INSERT INTO alembic_version VALUES ('0003');
        INSERT INTO exchanges VALUES (7, 'channel/1', 11, 3, '2025-06-01 12:00:00.000000');
        INSERT INTO turns VALUES
            (13, 7, 'channel/1', 'user', 'why?', 11, 'Ann', 'grok-3', '2025-06-01 12:00:00.000000', 111, 1, 1),
            (14, 7, 'channel/1', 'assistant', 'because', 99, 'Grok', 'grok-3', '2025-06-01 12:00:05', NULL, 1, 0);
        INSERT INTO notes VALUES ('commands', 'abc');
        INSERT INTO posts VALUES
            (5, 'channel/1', 1, 3, 11, 'Ann', 'why?', '', '', NULL, 0, 111, 7, 1, '2025-06-01 12:00:00.000000');
        INSERT INTO post_messages VALUES (112, 5, 0, 1);
        INSERT INTO versions VALUES
            (1, 5, 1, 'because', '', 0.0, '[]', 'grok-3', 'stop', '{}', '2025-06-01 12:00:05.000000');
        INSERT INTO pictures VALUES (1, 5, 0, 'moss.png', 'image/png', x'89504e47');
        INSERT INTO summaries VALUES ('channel/1', 7, 'Ann asked why.', 2, 'grok-3', '2025-06-01 12:01:00.000000');
        INSERT INTO branches VALUES ('channel/2', 'channel/1', 7);
        INSERT INTO channel_preferences VALUES (1, 3, 'a gardener', 'grok-4', 0.5, 500, 'brief', 1, 'person');
        INSERT INTO guild_preferences VALUES (3, 30);
        INSERT INTO changes VALUES (1, 1, 3, 11, 'Ann', 'persona', 'a gardener', '2025-06-01 12:00:00.000000');
        INSERT INTO orders (id, kind, state, slot, prompt, model, amount, asker_id, asker_name, channel_id, guild_id,
            message_id, application_id, token, token_dies_at, is_private, is_guest, limit_bytes, created_at)
            VALUES (4, 'clip', 'queued', 0, 'a wave', 'grok-imagine-1.0-video', 1, 11, 'Ann', 1, 3, 120, 9, 'secret',
            '2025-06-01 12:15:00.000000', 0, 0, 10485760, '2025-06-01 12:00:00.000000');
        INSERT INTO order_sources VALUES (4, 'image/png', x'89504e47');
        INSERT INTO durations VALUES (1, 'grok-imagine-1.0-video', 31.5, '2025-06-01 12:00:00.000000');
        INSERT INTO person_preferences VALUES (11, 0);
        INSERT INTO rests VALUES ('orders', '2025-06-01 12:00:00.000000', 2);
    """,
}
