"""Work that only one process at a time may do, on whatever machine: it holds a lease, a row of the database."""

import datetime as dt
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import LeaseHeldError
from optcenter_pipeline.database.tables import Lease
from optcenter_pipeline.database.upserts import insert_into
from optcenter_pipeline.database.workers import has_ended, this_worker

LONGEST = dt.timedelta(minutes=30)
"""A holder that needs longer has died on another machine, as far as others can tell."""

_LOOK_EVERY_SECONDS = 0.2


@contextmanager
def hold_lease(database: Database, name: str, *, patience: dt.timedelta = LONGEST) -> Iterator[None]:
    """Hold the lease while the context lasts; wait for whoever holds it, unless its process has ended.

    Raises:
        LeaseHeldError: somebody else still holds it after `patience`.
    """
    token = secrets.token_hex(8)
    give_up_at = time.monotonic() + patience.total_seconds()
    while (holder := _taken(database, name, token)) is not None:
        if time.monotonic() >= give_up_at:
            raise LeaseHeldError(f"{name} is in the hands of {holder}; wait until it has ended, and try again")
        time.sleep(_LOOK_EVERY_SECONDS)
    try:
        yield
    finally:
        with database.session() as session:
            session.execute(delete(Lease).where(Lease.name == name, Lease.token == token))


def _taken(database: Database, name: str, token: str) -> str | None:
    """Take the lease if it is free; else who holds it."""
    with database.session() as session:
        now = dt.datetime.now(dt.UTC)
        values = {"token": token, "worker": this_worker(), "expires_at": now + LONGEST}
        row = session.execute(select(Lease.token, Lease.worker, Lease.expires_at).where(Lease.name == name)).first()
        if row is None:
            return None if _inserted(session, name, values) else "another process"
        if row.expires_at > now and not has_ended(row.worker):
            return str(row.worker)
        replaced = session.execute(
            update(Lease)
            .where(Lease.name == name, Lease.token == row.token)
            .values(**values)
            .returning(Lease.name)
            .execution_options(synchronize_session=False)
        ).first()
        return None if replaced else "another process"


def _inserted(session: Session, name: str, values: dict[str, object]) -> bool:
    return bool(
        session.execute(
            insert_into(session, Lease)
            .values(name=name, **values)
            .on_conflict_do_nothing(index_elements=["name"])
            .returning(Lease.name)
        ).first()
    )
