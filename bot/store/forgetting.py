"""What goes when something is forgotten: exchanges, the posts that show them, the summaries that tell of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select

from bot.store.connection import Connection
from bot.store.tables import branches, exchanges, posts, summaries, turns

# A thread's summary may tell of what the thread took over from its parent.
_HEIRS = select(branches.c.scope).where(
    branches.c.parent == bindparam("of_scope"), branches.c.upto_exchange_id >= bindparam("from_exchange")
)
_FORGET_SUMMARIES = delete(summaries).where(
    or_(summaries.c.scope == bindparam("of_scope"), summaries.c.scope.in_(_HEIRS)),
    summaries.c.upto_exchange_id >= bindparam("from_exchange"),
)


async def forget_exchanges(connection: Connection, chosen: Sequence[ColumnElement[bool]]) -> int:
    """Remove the exchanges for which all of `chosen` holds, with all that goes along; return how many turns went."""
    oldest = select(exchanges.c.scope, func.min(exchanges.c.id)).where(*chosen).group_by(exchanges.c.scope)
    await forget_summaries(connection, [(scope, exchange) for scope, exchange in await connection.fetch(oldest)])
    ids = select(exchanges.c.id).where(*chosen)
    await connection.execute(delete(posts).where(posts.c.exchange_id.in_(ids)))
    removed = await connection.execute(delete(turns).where(turns.c.exchange_id.in_(ids)))
    await connection.execute(delete(exchanges).where(*chosen))
    return removed


async def forget_summaries(connection: Connection, changed: Sequence[tuple[str, int]]) -> None:
    """Remove the summaries that cover an exchange, or a later one of its scope; changed: scope and exchange of each."""
    if changed:
        await connection.execute(
            _FORGET_SUMMARIES, [{"of_scope": scope, "from_exchange": exchange} for scope, exchange in changed]
        )
