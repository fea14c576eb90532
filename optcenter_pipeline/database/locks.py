"""Advisory locks of Postgres; SQLite has one writer at a time anyway, and every reader its own view."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

MIGRATION = 7_239_046_115
_SAVE = 7_239_046_116


def wait_to_save(session: Session) -> None:
    """Wait until no other save is going on, and keep others waiting to the end of the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_SAVE)))


def wait_for_saves(session: Session) -> None:
    """Wait until no save is going on, and keep them waiting while this transaction reads."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(_SAVE)))
