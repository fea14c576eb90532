"""What was asked for as a snapshot: the saved inputs, the commitments looked up, the overrides made."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from optcenter_pipeline.database.approvals import plan_of
from optcenter_pipeline.database.errors import RunBlockedError, UnknownRunError
from optcenter_pipeline.database.inputs import RunInputs
from optcenter_pipeline.database.run_records import RunRecord, get_run, list_runs
from optcenter_pipeline.engine import InvalidInputError
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.what_if import with_overrides
from optcenter_pipeline.rules.commitment import APPROVED, AskedCommitments, Commitments
from optcenter_pipeline.rules.names import fold, listed
from optcenter_pipeline.runs.inputs import snapshot_of

_MOST_NAMED = 5
"""Runs that a message names."""


def asked_snapshot(
    session: Session,
    inputs: RunInputs,
    *,
    what_if: Mapping[str, float | bool] | None = None,
    commitments: AskedCommitments | None = None,
    **fields: Any,
) -> Snapshot:
    """The snapshot of a request.

    Args:
        session: no save comes between its statements.
        inputs: of the request's scenario and set.
        what_if: overrides by name.
        commitments: to an earlier run of the scenario.
        fields: what else the request brings: `scope`, `solver`.

    Raises:
        RunBlockedError: an override is of no use, or there is no such run to commit to; a line each.
    """
    if commitments is not None:
        fields["commitments"] = found_commitments(session, inputs.scenario.scenario_name, commitments)
    snapshot = Snapshot.model_validate(snapshot_of(inputs, **fields))
    try:
        return with_overrides(snapshot, what_if or {})
    except InvalidInputError as error:
        raise RunBlockedError(error.messages) from error


def found_commitments(session: Session, scenario_name: str, asked: AskedCommitments) -> Commitments:
    """Commitments with the run's portfolio.

    Raises:
        RunBlockedError: there is no such run of the scenario, or it has no such portfolio.
    """
    record = _run_asked_for(session, scenario_name, asked.run)
    run_id = record.summary.run_id
    result = None if record.results_json is None else Result.model_validate_json(record.results_json)
    if record.summary.selected_count is None or result is None:
        there = f"run {run_id} is {record.summary.status} and has no portfolio to keep"
        raise _blocked(f"{there}; {_known_runs(session, scenario_name)}")
    selected = tuple(sorted(chosen.initiative_key for chosen in result.selected))
    locked = selected if asked.locked_in is True else (asked.locked_in or ())
    strangers = [key for key in locked if key not in selected]
    if strangers:
        raise _blocked(
            f"locked_in: run {run_id} does not fund {listed(strangers)}; it funds {listed(selected) or 'nothing'}"
        )
    return Commitments(
        run_id=run_id,
        selected=selected,
        locked_in=locked,
        max_changes=asked.max_changes,
        price_per_change=asked.price_per_change,
    )


def _run_asked_for(session: Session, scenario_name: str, name: str) -> RunRecord:
    if fold(name) == APPROVED:
        plan = plan_of(session, scenario_name)
        if plan is None:
            text = f"no run of {scenario_name} is approved; approve one (optcenter approve RUN_ID --by NAME)"
            raise _blocked(f"{text}; {_known_runs(session, scenario_name)}")
        return get_run(session, plan.run_id)
    try:
        record = get_run(session, name.strip())
    except UnknownRunError:
        text = f"there is no run {name.strip()!r} of {scenario_name}"
        raise _blocked(f"{text}; {_known_runs(session, scenario_name)}") from None
    if fold(record.summary.scenario_name) != fold(scenario_name):
        text = f"run {record.summary.run_id} is one of {record.summary.scenario_name}, not of {scenario_name}"
        raise _blocked(f"{text}; {_known_runs(session, scenario_name)}")
    return record


def _known_runs(session: Session, scenario_name: str) -> str:
    """`runs with a portfolio are …, newest first`; the approved one is told."""
    plan = plan_of(session, scenario_name)
    names = [
        f"{run.run_id} (approved)" if plan is not None and plan.run_id == run.run_id else run.run_id
        for run in list_runs(session, scenario_name=scenario_name, limit=None)
        if run.selected_count is not None and run.status != "failed"
    ]
    if not names:
        return f"{scenario_name} has no run with a portfolio yet"
    more = f" and {len(names) - _MOST_NAMED} older" if len(names) > _MOST_NAMED else ""
    return f"runs with a portfolio: {', '.join(names[:_MOST_NAMED])}{more}"


def _blocked(text: str) -> RunBlockedError:
    return RunBlockedError((f"commitments: {text}",))
