"""What differs between the engines that the store runs on, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreError
from bot.store.connection import Patience


@dataclass(frozen=True, slots=True)
class Engines:
    """How to reach one database.

    reader, writer: may be the same one. readers: how many may read at once. begin_reading, begin_writing: the words of
    SQL that begin a transaction. wait_s: how long to wait for a turn within this process, None for ever.
    rest_s: how long nothing is tried after a server did not answer.
    after_erasing: what makes removed rows unreadable, None where nothing has to be done.
    """

    reader: Engine
    writer: Engine
    readers: int
    begin_reading: str
    begin_writing: str
    patience: Patience
    wait_s: float | None
    rest_s: float
    store_error: Callable[[SQLAlchemyError], StoreError]
    after_erasing: Callable[[Engine], None] | None
