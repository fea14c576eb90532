"""Which tables the database has, and which this release expects."""

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from optcenter_pipeline.database.errors import DatabaseUnavailableError, NewerSchemaError
from optcenter_pipeline.database.locks import MIGRATION

HEAD_REVISION = "0006"
"""The revision that this release's tables are at; a test holds it against the migrations."""


def bring_up_to_date(engine: Engine, writing: Engine) -> None:
    """Create or migrate the tables, in one transaction that only one process at a time can hold.

    Args:
        engine: for a look that locks nothing.
        writing: the same database, its transactions beginning as the only writer.

    Raises:
        NewerSchemaError: the tables are those of a newer release.
        DatabaseUnavailableError: the file holds some other program's tables.
    """
    with engine.connect() as connection:
        if schema_revision(connection) == HEAD_REVISION:
            return
    with writing.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION)))
        revision = schema_revision(connection)
        if revision == HEAD_REVISION:
            return
        _upgrade(connection, revision)


def schema_revision(connection: Connection) -> str | None:
    """The revision that the tables are at, None for an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(sa.text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def _upgrade(connection: Connection, revision: str | None) -> None:
    """Run the migrations from a revision to the head, in the connection's transaction."""
    # Imported here: alembic takes a tenth of a second, and most openings find the tables as they should be.
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    from optcenter_pipeline.database.migrations import migration_config  # noqa: PLC0415

    shown = connection.engine.url.render_as_string(hide_password=True)
    config = migration_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerSchemaError(
            f"{shown} was migrated by a newer release (schema {revision}, this one knows up to {HEAD_REVISION}); "
            "update Optimization Center, or name another database"
        )
    if revision is None and sa.inspect(connection).has_table("optimization_runs"):
        raise DatabaseUnavailableError(
            f"{shown} holds a table optimization_runs that is not ours; name another database"
        )
    command.upgrade(config, "head")
