"""Runs whose process has gone get their final status wherever somebody looks at the ledger next."""

import datetime as dt

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.orphans import fail_orphans


def give_up_orphans(database: Database) -> tuple[str, ...]:
    """Fail every open run whose process is no more, in a transaction of its own; their ids."""
    with database.session() as session:
        return fail_orphans(session, now=dt.datetime.now(dt.UTC))
