"""The end of a save that somebody asked for: statuses and the answer in one delivery."""

import datetime as dt

from optcenter_pipeline.database.actions import RequestRecord, finish_request
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.rows.action_request import Action
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.runs.answers import answer_plan, ended
from optcenter_pipeline.runs.delivery import deliver_statuses, undelivered_lines
from optcenter_pipeline.runs.endings import Ending
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline.workbook.write_back import WriteReport


def deliver_save(
    database: Database,
    workbook: Workbook,
    scope: SaveScope,
    *,
    request: RequestRecord | None,
    actions_title: str | None,
) -> WriteReport:
    """Deliver a save's statuses; a request for nothing but a save has its ending from then on.

    Args:
        request: that the save is part of, if somebody asked for it in the sheet.
        actions_title: title of the tab that the request stands in.
    """
    if request is None or actions_title is None:
        return deliver_statuses(database, workbook, scope=scope)
    if Action(request.action).is_run:
        return deliver_statuses(database, workbook, scope=scope, answers=answer_plan(database, actions_title))
    now = dt.datetime.now(dt.UTC)
    ending = Ending("success", request.message or "", request.dagster_run_id or "")
    coming = {request.request_id: ended(request, ending, now=now)}
    report = deliver_statuses(database, workbook, scope=scope, answers=answer_plan(database, actions_title, coming))
    untold = undelivered_lines(report)
    message = f"{ending.message}; not told: {listed(untold)}" if untold else ending.message
    with database.session() as session:
        finish_request(session, request.request_id, ending.status, message, now=now, run_id=ending.run_id)
    return report
