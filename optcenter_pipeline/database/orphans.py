"""Runs whose process has gone: they get a final status too, one that says so."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import RunAlreadyFinalError
from optcenter_pipeline.database.ledger import fail_run
from optcenter_pipeline.database.tables import OPEN_STATUSES, OptimizationRun
from optcenter_pipeline.database.workers import has_ended

MAX_SILENCE = dt.timedelta(minutes=15)
"""A run that has said nothing for this long is given up, on whatever machine it was."""


def fail_orphans(session: Session, *, now: dt.datetime, max_silence: dt.timedelta = MAX_SILENCE) -> tuple[str, ...]:
    """Fail every open run whose process on this machine has ended, or which has been silent for too long.

    Returns:
        Their ids.
    """
    failed = []
    open_runs = session.execute(
        select(
            OptimizationRun.run_id,
            OptimizationRun.worker,
            OptimizationRun.heartbeat_at,
            OptimizationRun.created_at,
        )
        .where(OptimizationRun.status.in_(OPEN_STATUSES))
        .order_by(OptimizationRun.id)
    ).all()
    for run_id, worker, heartbeat_at, created_at in open_runs:
        last_sign = heartbeat_at or created_at
        if worker and has_ended(worker):
            why = f"its process ({worker}) ended without an answer"
        elif now - last_sign > max_silence:
            why = (
                f"nothing has been heard of it since {last_sign:%Y-%m-%d %H:%M:%S} UTC ({worker or 'not started'})"
            )
        else:
            continue
        try:
            fail_run(session, run_id, f"the run was given up: {why}; start it again", now=now)
        except RunAlreadyFinalError:
            continue  # it ended by itself between the look and the write
        failed.append(run_id)
    return tuple(failed)
