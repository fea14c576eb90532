"""Requests for actions: the same request_id twice is one action, whoever asks first."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from optcenter_pipeline.database.tables import ActionRequest
from optcenter_pipeline.database.upserts import insert_into
from optcenter_pipeline.rows.action_request import ENDINGS

UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """What became of a request. Times are UTC."""

    request_id: str
    action: str
    request_json: str
    status: str
    message: str | None
    run_id: str | None
    run_url: str | None
    dagster_run_id: str | None
    worker: str | None
    """`host:pid` of the process that carries it out."""
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @property
    def request(self) -> dict[str, Any]:
        """The request as it came; see `claim_request`."""
        return dict(json.loads(self.request_json))


_COLUMNS = tuple(getattr(ActionRequest, field.name) for field in fields(RequestRecord))
_AT_A_TIME = 500
"""Values in one query: databases take so many parameters and not any number."""


def claim_request(session: Session, request: dict[str, Any], *, now: dt.datetime) -> bool:
    """Take a request on as `queued`.

    Args:
        request: as interfaces.md, *Actions*, has it; `request_id` and `action` are needed.

    Returns:
        True for the one caller who is to carry it out; False where it was claimed before.
    """
    claimed = session.execute(
        insert_into(session, ActionRequest)
        .values(
            request_id=request["request_id"],
            action=request["action"],
            request_json=json.dumps(request, ensure_ascii=False, sort_keys=True, default=str),
            scenario_name=request.get("scenario_name"),
            constraint_set_name=request.get("constraint_set_name"),
            requested_by=request.get("requested_by"),
            status="queued",
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["request_id"])
        .returning(ActionRequest.request_id)
    ).first()
    return claimed is not None


def start_request(
    session: Session,
    request_id: str,
    *,
    now: dt.datetime,
    dagster_run_id: str | None = None,
    run_url: str | None = None,
    worker: str | None = None,
) -> bool:
    """`queued` → `running`; False where it was started or finished before.

    Args:
        worker: `this_worker()` of the process that carries it out, so that its end is noticed.
    """
    started = session.execute(
        update(ActionRequest)
        .where(ActionRequest.request_id == request_id, ActionRequest.status == "queued")
        .values(status="running", started_at=now, dagster_run_id=dagster_run_id, run_url=run_url, worker=worker)
        .returning(ActionRequest.request_id)
        .execution_options(synchronize_session=False)
    ).first()
    return started is not None


def tell_progress(session: Session, request_id: str, message: str) -> None:
    """What a running request has come to; nothing where it has its ending."""
    session.execute(
        update(ActionRequest)
        .where(ActionRequest.request_id == request_id, ActionRequest.status == "running")
        .values(message=message)
        .execution_options(synchronize_session=False)
    )


def finish_request(
    session: Session, request_id: str, status: str, message: str, *, now: dt.datetime, run_id: str | None = None
) -> bool:
    """Give a request its one ending; False where it is unknown or has one, and then nothing changes.

    Args:
        run_id: of the ledger for a run, of Dagster for a save.

    Raises:
        ValueError: the status is not success, failed or rejected.
    """
    if status not in ENDINGS:
        raise ValueError(f"{status!r} does not end a request; give one of {', '.join(sorted(ENDINGS))}")
    finished = session.execute(
        update(ActionRequest)
        .where(ActionRequest.request_id == request_id, ActionRequest.status.in_(UNFINISHED))
        .values(status=status, message=message, run_id=run_id, finished_at=now)
        .returning(ActionRequest.request_id)
        .execution_options(synchronize_session=False)
    ).first()
    return finished is not None


def get_request(session: Session, request_id: str) -> RequestRecord | None:
    """What became of a request, None where nobody has claimed it."""
    row = session.execute(select(*_COLUMNS).where(ActionRequest.request_id == request_id)).first()
    return None if row is None else RequestRecord(*row)


def get_requests(session: Session, request_ids: Iterable[str]) -> dict[str, RequestRecord]:
    """What became of these requests, by id; those that nobody has claimed are not there."""
    return {record.request_id: record for record in _records_with(session, ActionRequest.request_id, request_ids)}


def requests_that_said(session: Session, messages: Iterable[str]) -> tuple[RequestRecord, ...]:
    """Requests whose message is one of these."""
    return tuple(_records_with(session, ActionRequest.message, messages))


def _records_with(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[str]
) -> Iterator[RequestRecord]:
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), _AT_A_TIME):
        query = select(*_COLUMNS).where(column.in_(wanted[start : start + _AT_A_TIME]))
        yield from (RequestRecord(*row) for row in session.execute(query))


def unfinished_requests(session: Session) -> tuple[RequestRecord, ...]:
    """Requests that were claimed and have no ending yet, oldest first."""
    query = select(*_COLUMNS).where(ActionRequest.status.in_(UNFINISHED)).order_by(ActionRequest.id)
    return tuple(RequestRecord(*row) for row in session.execute(query))
