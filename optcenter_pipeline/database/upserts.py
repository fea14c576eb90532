"""`INSERT … ON CONFLICT` for the database at hand: SQLite and Postgres write it alike, SQLAlchemy apart."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from optcenter_pipeline.database.tables import Base


def insert_into(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
