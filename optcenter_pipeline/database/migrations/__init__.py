"""The migrations of the tables; alembic's configuration is built here, no alembic.ini is read.

A new revision, from a database at the head: `alembic.command.revision(migration_config(connection), "what it
does", autogenerate=True)`, then `schema.HEAD_REVISION` follows it.
"""

from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection


def migration_config(connection: Connection) -> Config:
    """Alembic's configuration for a connection, in whose transaction the migrations run."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
