"""Run the migrations with Alembic. Import this only where an upgrade is due: Alembic is heavy."""

from __future__ import annotations

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import StoreError
from bot.store.migrations import HEAD


def migrations() -> ScriptDirectory:
    """Return the migrations of this version."""
    return ScriptDirectory(str(Path(__file__).parent))


def upgrade(connection: Connection) -> None:
    """Take every step that is still missing, within the caller's transaction.

    Raises StoreError if the database is at a schema that this version has never heard of.
    """
    scripts = migrations()

    def missing(heads: tuple[str, ...], _context: MigrationContext) -> list[MigrationStep]:
        known = {script.revision for script in scripts.walk_revisions()}
        if unknown := set(heads) - known:
            raise StoreError(
                f"{connection.engine.url.database} was written by a newer version of the bot "
                f"(schema {', '.join(sorted(unknown))}, this one knows {HEAD}): update the bot, or restore a backup"
            )
        steps = scripts.iterate_revisions("head", heads[0] if heads else "base")
        return [MigrationStep.upgrade_from_script(scripts.revision_map, step) for step in reversed(list(steps))]

    # No env.py: the connection is already here, and a module that acts when it is imported is hard to follow.
    context = MigrationContext.configure(connection, opts={"fn": missing})
    with Operations.context(context):
        context.run_migrations()
