"""Requests of the tab Actions on their way into the database: each is claimed once, or rejected with why."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from optcenter_pipeline.database.actions import (
    RequestRecord,
    claim_request,
    finish_request,
    get_requests,
    requests_that_said,
    unfinished_requests,
)
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.rows.action_request import TAB, ActionRequest, RequestRules, judge_request
from optcenter_pipeline.rows.messages import ValidationMessage
from optcenter_pipeline.runs.answers import AS_FOUND, answer_of
from optcenter_pipeline.workbook.action_answers import shows_an_ending
from optcenter_pipeline.workbook.actions_tab import request_cells, request_id_of, request_rows
from optcenter_pipeline.workbook.grid import TabGrid

_ENDING = ("status", "message", "finished_at")
"""What tells one request's ending from another's."""


def take_requests(database: Database, actions: TabGrid, rules: RequestRules) -> None:
    """Claim every request that stands in the tab and is not known yet.

    Of rows with one request_id the first one counts. A row whose status says that it is over, and which this
    database does not know, is history: it is taken over as it stands, and not carried out; unless what it says is
    the answer to another request, which landed there while somebody moved rows.
    """
    first_rows = {request_id_of(actions, row): row for row in reversed(request_rows(actions))}
    first_rows.pop("", None)
    with database.reading() as session:
        known = get_requests(session, first_rows)
    new = sorted((row, request_id) for request_id, row in first_rows.items() if request_id not in known)
    if not new:
        return
    with database.session() as session:
        history = _history(session, actions, [row for row, _ in new if shows_an_ending(actions, row)])
        for row, request_id in new:
            if row in history:
                _take_over(session, actions, row, request_id, rules.now)
            else:
                _take(session, actions, row, request_id, rules)


def _history(session: Session, actions: TabGrid, rows: Sequence[int]) -> set[int]:
    """The rows among these that do not show an answer of this database's to another request."""
    said = {row: tuple(str(actions.named(row, name)) for name in _ENDING) for row in rows}
    records = requests_that_said(session, (message for _, message, _ in said.values()))
    ours = {tuple(str(answer_of(record).get(name, "")) for name in _ENDING) for record in records}
    return {row for row, ending in said.items() if not ending[-1] or ending not in ours}


def _take(session: Session, actions: TabGrid, row: int, request_id: str, rules: RequestRules) -> None:
    cells = request_cells(actions, row)
    judged = judge_request(request_id, cells, rules)
    if isinstance(judged, ActionRequest):
        claim_request(session, judged.document(), now=rules.now)
        return
    message = ValidationMessage(tab=TAB, row_num=row + 1, key=request_id, errors=judged)
    as_typed = {"request_id": request_id, "action": str(cells.get("action", "")), "cells": cells}
    if claim_request(session, as_typed, now=rules.now):
        faults = "; ".join(message.error_lines())
        text = f"{faults}{'' if faults.endswith('?') else '.'} Ask again in another row, with another request_id."
        finish_request(session, request_id, "rejected", text, now=rules.now)


def _take_over(session: Session, actions: TabGrid, row: int, request_id: str, now: dt.datetime) -> None:
    as_found: dict[str, Any] = {name: actions.value(row, place) for name, place in actions.system_positions.items()}
    action = str(actions.named(row, "action"))
    if claim_request(session, {"request_id": request_id, "action": action, AS_FOUND: as_found}, now=now):
        status = str(as_found["status"]).strip().casefold()
        finish_request(session, request_id, status, str(as_found.get("message", "")), now=now)


def queued_requests(database: Database) -> list[ActionRequest]:
    """Requests that were claimed and have not started yet, oldest first."""
    with database.reading() as session:
        records = unfinished_requests(session)
    return [ActionRequest.of_document(r.request) for r in records if r.status == "queued"]


def request_key(request_id: str) -> str:
    """A request_id as Dagster can hold it, `r-12-3f2a9c…`: people's text has any length and any characters."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", request_id)[:24].strip("-")
    return f"{slug}-{hashlib.sha256(request_id.encode()).hexdigest()[:24]}".lstrip("-")


def unfinished_request(database: Database, key: str) -> RequestRecord | None:
    """The request of this key, if it was claimed and has no ending yet."""
    with database.reading() as session:
        return next((r for r in unfinished_requests(session) if request_key(r.request_id) == key), None)
