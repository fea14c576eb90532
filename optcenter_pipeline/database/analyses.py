"""Analyses of runs: asked for, worked on, kept, delivered. They come after a run and never change it.

Every function works in the caller's transaction; nothing is kept before the session's owner commits.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, case, null, or_, select, update
from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import RunLedgerError, UnknownRunError
from optcenter_pipeline.database.tables import OPEN_STATUSES, Delivery, OptimizationRun, RunAnalysis
from optcenter_pipeline.database.upserts import insert_into
from optcenter_pipeline.database.workers import has_ended, this_worker
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.analysis_options import AnalysisOptions, options_kept

ANALYSIS_KINDS = tuple(kind.value for kind in AnalysisKind)
"""In the order in which they are worked on: the report shows what the others found."""

LONGEST = dt.timedelta(hours=12)
"""An analysis that has been running for longer is given up, on whatever machine it was."""


@dataclass(frozen=True, slots=True)
class AnalysisRecord:
    """One analysis of one run. Times are UTC."""

    run_id: str
    kind: str
    """One of `ANALYSIS_KINDS`."""
    status: str
    """wanted, running, done or failed."""
    options_json: str
    """An object: how it was asked for."""
    document_json: str | None
    """What came of it last, byte for byte as it was kept."""
    error_text: str | None
    worker: str | None
    """`host:pid` of the process that works, or worked, on it."""
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    delivered_at: dt.datetime | None

    @property
    def options(self) -> dict[str, Any]:
        """How it was asked for, and what else it depends on."""
        return dict(json.loads(self.options_json))

    @property
    def asked(self) -> AnalysisOptions:
        """How it was asked for."""
        return options_kept(AnalysisKind(self.kind), self.options)

    @property
    def made_as(self) -> str | None:
        """How the document was asked for, as typed; None without options, or where later ones came to nothing."""
        return self.asked.as_typed() if self.status == "done" and self.asked.given else None


_COLUMNS = [getattr(RunAnalysis, field.name) for field in fields(AnalysisRecord)]


def want_analyses(
    session: Session, run_id: str, asked: Iterable[AnalysisOptions], *, now: dt.datetime, again: bool = False
) -> tuple[str, ...]:
    """Ask for analyses of a run, which may still be open; asking twice is asking once.

    Args:
        asked: each kind once. An analysis that was made with other options is made again; where none are given,
            whatever it was made with will do.
        now: UTC.
        again: also those that failed.

    Returns:
        The kinds that wait for somebody to begin because of this call.

    Raises:
        UnknownRunError: no such run.
    """
    if session.execute(select(OptimizationRun.id).where(OptimizationRun.run_id == run_id)).first() is None:
        raise UnknownRunError(f"there is no run {run_id}; `optcenter runs` lists them")
    return tuple(
        options.kind.value
        for options in asked
        if want_analysis(
            session,
            run_id,
            options.kind,
            options.completed().model_dump(mode="json") if options.given else None,
            now=now,
            failed=again,
        )
    )


def want_analysis(
    session: Session,
    run_id: str,
    kind: str,
    options: Mapping[str, Any] | None,
    *,
    now: dt.datetime,
    failed: bool = False,
    done: bool = False,
) -> bool:
    """Whether the analysis is to be made because of this.

    Args:
        options: JSON values; where it was made with others it is made again. None: whatever it was made with.
        failed, done: also where it ended so.
    """
    options_json = json.dumps(dict(options or {}), ensure_ascii=False, sort_keys=True)
    is_new = session.execute(
        insert_into(session, RunAnalysis)
        .values(run_id=run_id, kind=kind, status="wanted", options_json=options_json, created_at=now)
        .on_conflict_do_nothing(index_elements=["run_id", "kind"])
        .returning(RunAnalysis.run_id)
    ).first()
    if is_new:
        return True
    ended = [status for status, counts in (("failed", failed), ("done", done)) if counts]
    reasons: list[ColumnElement[bool]] = [RunAnalysis.status.in_(ended)] if ended else []
    if options is not None:
        reasons.append(RunAnalysis.options_json != options_json)
    if not reasons:
        return False
    values: dict[str, Any] = {"status": "wanted", "error_text": None}
    if options is not None:
        values["options_json"] = options_json
    asked = session.execute(
        update(RunAnalysis)
        .where(_is(run_id, kind), or_(*reasons))
        .values(**values)
        .returning(RunAnalysis.run_id)
        .execution_options(synchronize_session=False)
    ).first()
    return asked is not None


def wanted_analyses(session: Session, *, now: dt.datetime) -> tuple[AnalysisRecord, ...]:
    """What waits for somebody to begin: of final runs only, oldest first, in the order of `ANALYSIS_KINDS`.

    An analysis whose process has ended, or which has been running for longer than `LONGEST`, waits again.
    """
    query = (
        select(*_COLUMNS)
        .join(OptimizationRun, OptimizationRun.run_id == RunAnalysis.run_id)
        .where(OptimizationRun.status.not_in(OPEN_STATUSES), RunAnalysis.status.in_(("wanted", "running")))
        .order_by(RunAnalysis.created_at, OptimizationRun.id, _order())
    )
    return tuple(record for record in _records(session, query) if _may_begin(record, now))


def _may_begin(record: AnalysisRecord, now: dt.datetime) -> bool:
    if record.status != "running":
        return record.status == "wanted"
    is_old = record.started_at is None or now - record.started_at > LONGEST
    return is_old or (record.worker is not None and has_ended(record.worker))


def start_analysis(
    session: Session, run_id: str, kind: str, *, now: dt.datetime, worker: str | None = None
) -> bool:
    """`wanted` → `running`; False where somebody else has begun it, or it has ended, or nobody asked.

    Args:
        worker: `host:pid` of the process that works on it; this one where None.
    """
    record = _analysis(session, run_id, kind)
    if record is None or not _may_begin(record, now):
        return False
    seen = (RunAnalysis.status == record.status, RunAnalysis.started_at.is_not_distinct_from(record.started_at))
    started = session.execute(
        update(RunAnalysis)
        .where(_is(run_id, kind), *seen)
        .values(status="running", started_at=now, finished_at=None, worker=worker or this_worker())
        .returning(RunAnalysis.run_id)
        .execution_options(synchronize_session=False)
    ).first()
    return started is not None


def keep_analysis(session: Session, run_id: str, kind: str, document_json: str, now: dt.datetime) -> None:
    """`running` → `done`, with the document that came of it; it waits to be delivered.

    Raises:
        RunLedgerError: this process is not working on it: it was given up, asked for otherwise, or never begun.
    """
    values = {"status": "done", "document_json": document_json, "error_text": None}
    if not _end(session, run_id, kind, {**values, "delivered_at": null(), "finished_at": now}):
        record = _analysis(session, run_id, kind)
        state = "was never asked for"
        if record is not None:
            was_again = record.status in ("wanted", "running")
            state = "was asked for again meanwhile" if was_again else f"is {record.status}, not running"
        raise RunLedgerError(f"{kind} of run {run_id} {state}; nothing was kept of what was made here")


def fail_analysis(session: Session, run_id: str, kind: str, error_text: str, *, now: dt.datetime) -> bool:
    """`running` → `failed`, with why, which waits to be delivered; what an earlier attempt found stays.

    False where this process is not working on it.
    """
    values = {"status": "failed", "error_text": error_text, "delivered_at": null(), "finished_at": now}
    return _end(session, run_id, kind, values)


def _end(session: Session, run_id: str, kind: str, values: dict[str, Any]) -> bool:
    ended = session.execute(
        update(RunAnalysis)
        .where(_is(run_id, kind), RunAnalysis.status == "running", RunAnalysis.worker == this_worker())
        .values(**values)
        .returning(RunAnalysis.run_id)
        .execution_options(synchronize_session=False)
    ).first()
    return ended is not None


def analyses_of(session: Session, run_id: str) -> tuple[AnalysisRecord, ...]:
    """Every analysis of a run, in the order of `ANALYSIS_KINDS`; none for a run that there is none of."""
    query = select(*_COLUMNS).where(RunAnalysis.run_id == run_id).order_by(_order())
    return tuple(_records(session, query))


def analyses_to_deliver(session: Session) -> tuple[AnalysisRecord, ...]:
    """What is done, or has failed, and is not told in the sheet yet, of runs that stand there; oldest first."""
    query = (
        select(*_COLUMNS)
        .join(Delivery, Delivery.run_id == RunAnalysis.run_id)
        .where(RunAnalysis.status.in_(("done", "failed")), RunAnalysis.delivered_at.is_(None))
        .order_by(RunAnalysis.finished_at, RunAnalysis.id)
    )
    return tuple(_records(session, query))


def mark_analysis_delivered(session: Session, record: AnalysisRecord, *, now: dt.datetime) -> bool:
    """Note that what came of it stands in the sheet; False where that is something else by now, and is to follow.

    Args:
        record: what was delivered, as `analyses_to_deliver` gave it.
    """
    marked = session.execute(
        update(RunAnalysis)
        .where(
            _is(record.run_id, record.kind),
            RunAnalysis.status == record.status,
            RunAnalysis.document_json == record.document_json,
            RunAnalysis.finished_at.is_not_distinct_from(record.finished_at),
            RunAnalysis.delivered_at.is_(None),
        )
        .values(delivered_at=now)
        .returning(RunAnalysis.run_id)
        .execution_options(synchronize_session=False)
    ).first()
    return marked is not None


def _is(run_id: str, kind: str) -> ColumnElement[bool]:
    return (RunAnalysis.run_id == run_id) & (RunAnalysis.kind == kind)


def _order() -> ColumnElement[int]:
    return case({kind: place for place, kind in enumerate(ANALYSIS_KINDS)}, value=RunAnalysis.kind)


def _analysis(session: Session, run_id: str, kind: str) -> AnalysisRecord | None:
    return next(_records(session, select(*_COLUMNS).where(_is(run_id, kind))), None)


def _records(session: Session, query: Select[Any]) -> Iterator[AnalysisRecord]:
    return (AnalysisRecord(*row) for row in session.execute(query))
