"""A finished run as rows of the tabs Runs, Results and Gaps_Alerts (workbook.md, *System output tabs*)."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.result import Alert, Conflict, Gap, Repair, Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.numbers import about, amount, counted, typed
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.source_rows import in_brackets, in_words
from optcenter_pipeline.rules.units import Units

OutputRow = dict[str, Any]
"""Cells by canonical column name; None for a blank."""
OutputRows = dict[str, list[OutputRow]]
"""Rows by tab name."""

_ADVICE: Mapping[str, str] = {
    "row_left_out": "Mend the row, and run again.",
    "deadline_before_period": "Change the deadline or the scenario's period if it is to be considered.",
    "lifecycle_closed": "Change its lifecycle_status in Initiatives if it is to be considered.",
    "deadlines_not_checked": "Give the scenario a period_key.",
    "blocked_by_prerequisite": "Bring what it needs into the pool, or take the rule out.",
    "blocked_by_bundle": "Bring all members into the pool, or take them out of the bundle.",
    "contribution_out_of_proportion": "Correct the number, and run again.",
    "stage_skipped": "Run again with a longer time limit, or without one.",
    "stage_not_proven": "Run again with a longer time limit, or without one, if that matters.",
    "infeasible_not_confirmed": "Run again with a longer time limit, or without one.",
}
"""By the alert's code, what a person can do about it."""


@dataclass(frozen=True)
class RunHeader:
    """What the ledger knows of a run beside its snapshot and result."""

    run_id: str
    scenario_name: str
    constraint_set_name: str
    status: str
    created_at: dt.datetime
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    requested_by: str | None = None
    error_text: str | None = None


def output_rows(header: RunHeader, snapshot: Snapshot, result: Result | None) -> OutputRows:
    """All that one run writes to the sheet; without a result (a failed run) its row in Runs and one alert."""
    return {
        "Runs": [_run_row(header, snapshot, result)],
        "Results": list(_result_rows(header.run_id, snapshot, result)) if result else [],
        "Gaps_Alerts": [
            {"run_id": header.run_id, "line": line, **row}
            for line, row in enumerate(_lines(header, Units(snapshot.metrics), result), start=1)
        ],
    }


def _run_row(header: RunHeader, snapshot: Snapshot, result: Result | None) -> OutputRow:
    objective = result.objective if result else None
    has_portfolio = result is not None and result.has_portfolio
    gap = objective.mip_gap if objective else None
    return {
        "run_id": header.run_id,
        "scenario_name": header.scenario_name,
        "constraint_set_name": header.constraint_set_name or None,
        "period_key": snapshot.scenario.period_key,
        "scope_type": snapshot.scope.scope_type,
        "status": header.status,
        "objective_mode": snapshot.scenario.objective_mode,
        "objective_value": objective.value if objective else None,
        "objective_bound": objective.bound if objective else None,
        "mip_gap_pct": round(gap * 100, 6) if gap is not None else None,
        "selected_count": len(result.selected) if result and has_portfolio else None,
        "capacity_used": result.capacity.used if result and result.capacity and has_portfolio else None,
        "capacity_total": snapshot.scenario.capacity_total_tokens,
        "gap_summary": _summary(snapshot, result),
        "solve_seconds": round(result.timings.solve, 3) if result else None,
        "created_at": stamp(header.created_at),
        "started_at": stamp(header.started_at),
        "finished_at": stamp(header.finished_at),
        "requested_by": header.requested_by,
        "report_url": None,
    }


def _summary(snapshot: Snapshot, result: Result | None) -> str | None:
    """The targets of a portfolio; ahead of them, that its numbers are not those of the sheet."""
    what_if = "what-if: " + ", ".join(o.message for o in snapshot.what_if.values()) if snapshot.what_if else None
    targets = gap_summary(result.gaps) if result and result.has_portfolio else None
    return "; ".join(part for part in (what_if, targets) if part) or None


def stamp(moment: dt.datetime | None) -> str | None:
    """UTC, ISO 8601 to the second: `2026-11-23T05:42:00Z`."""
    if moment is None:
        return None
    utc = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def gap_summary(gaps: Iterable[Gap]) -> str:
    """`3 of 5 targets met; missed: gmv (country UK) by 18.5`."""
    listed = list(gaps)
    if not listed:
        return "no targets"
    missed = [gap for gap in listed if gap.severity != "OK"]
    met = f"{len(listed) - len(missed)} of {len(listed)} targets met"
    if not missed:
        return met
    return met + "; missed: " + ", ".join(f"{g.kpi_key} ({_where(g)}) by {amount(g.gap)}" for g in missed)


def _where(gap: Gap) -> str:
    return "all" if gap.dimension == "all" else f"{gap.dimension} {gap.dimension_key}"


def _result_rows(run_id: str, snapshot: Snapshot, result: Result) -> Iterator[OutputRow]:
    candidates = {candidate.initiative_key: candidate for candidate in snapshot.candidates}
    north_stars = [m.kpi_key for m in snapshot.metrics if m.kpi_level == "north_star" and m.is_active]
    north_star = north_stars[0] if len(north_stars) == 1 else None
    selected = {chosen.initiative_key: chosen for chosen in result.selected}
    reasons = {chosen.initiative_key: chosen.reason for chosen in result.selected}
    reasons |= {rejected.initiative_key: rejected.reason for rejected in result.rejected}
    order = [*selected, *(rejected.initiative_key for rejected in result.rejected)]
    for key in order:
        candidate = candidates[key]
        chosen = selected.get(key)
        attributes = {fold(name): text for name, text in candidate.attributes.items()}
        gains = {kpi: value for kpi, value in sorted(candidate.contributions.items()) if value}
        yield {
            "run_id": run_id,
            "initiative_key": key,
            "title": candidate.title or None,
            **{name: attributes.get(name) for name in ("country", "department", "category", "program", "product")},
            "selected": chosen is not None,
            "rank": chosen.rank if chosen else None,
            "allocated_tokens": chosen.allocated_tokens if chosen else 0,
            "objective_contribution": chosen.objective_contribution if chosen else None,
            "north_star_gain": _contribution(gains, north_star) if north_star else None,
            "kpi_gains_json": json.dumps(gains, ensure_ascii=False),
            "reason": reasons[key],
        }


def _contribution(gains: dict[str, float], kpi_key: str) -> float:
    """KPI names are compared without case."""
    return next((value for kpi, value in gains.items() if fold(kpi) == fold(kpi_key)), 0.0)


def _lines(header: RunHeader, units: Units, result: Result | None) -> Iterator[OutputRow]:
    if header.status == "cancelled":
        yield _stopped(has_portfolio=result is not None and result.has_portfolio)
    elif header.error_text:
        yield _failed(header.error_text)
    if result is None:
        return
    yield from (_target_line(gap, units) for gap in result.gaps)
    if result.conflict:
        yield from _conflict_lines(result.conflict)
    yield from (_alert_line(alert) for alert in result.alerts)


def _stopped(*, has_portfolio: bool) -> OutputRow:
    kept = "Its portfolio is the best of the search so far" if has_portfolio else "Nothing was decided"
    advice = f"{kept}; run it again when you want the answer."
    return {"kind": "alert", "severity": "WARN", "message": "The run was stopped", "recommendation": advice}


def _failed(error_text: str) -> OutputRow:
    return {
        "kind": "alert",
        "severity": "CRITICAL",
        "message": f"The run failed: {error_text}",
        "recommendation": "Nothing was decided; run again, and show this to the data engineers if it comes back.",
    }


def _target_line(gap: Gap, units: Units) -> OutputRow:
    where = slice_in_words(gap.dimension, gap.dimension_key)
    brought = f"{where[0].upper()}{where[1:]} brings {amount(gap.achieved)} {units.named(gap.kpi_key)}"
    asked = f"the {amount(gap.required)} {_wanted(gap)}"
    recommendation = None
    if gap.severity == "OK":
        message = f"{brought}, {amount(gap.surplus)} more than {asked}" if gap.surplus else f"{brought}: {asked}"
    else:
        message = f"{brought}, {amount(gap.gap)} less than {asked}"
        recommendation = (
            f"{in_words(gap.source_rows) or 'This target'}: lower target_value from {typed(gap.target_value)} to "
            f"{typed(clean(gap.target_value - gap.gap))}, or give the plan more tokens or initiatives that bring "
            "more of this KPI."
        )
    return {
        "kind": "target",
        "dimension": gap.dimension,
        "dimension_key": gap.dimension_key,
        "kpi_key": gap.kpi_key,
        "floor_or_goal": gap.floor_or_goal,
        "target_value": gap.target_value,
        "achieved_value": gap.achieved,
        "gap": gap.gap,
        "severity": gap.severity,
        "source_rows": ", ".join(gap.source_rows) or None,
        "message": message,
        "recommendation": recommendation,
    }


def _wanted(gap: Gap) -> str:
    return "asked for" if gap.required == gap.target_value else "asked for beyond the baseline"


def _conflict_lines(conflict: Conflict) -> Iterator[OutputRow]:
    rows = in_words(conflict.source_rows)
    advice = f"Relax or drop one of {rows}" if len(conflict.source_rows) > 1 else f"Change {rows}"
    yield {
        "kind": "conflict",
        "severity": "CRITICAL",
        "source_rows": ", ".join(conflict.source_rows),
        "message": conflict_in_words(conflict),
        "recommendation": f"{advice}; the lines of kind repair say how." if conflict.repairs else f"{advice}.",
    }
    for number, repair in enumerate(conflict.repairs, start=1):
        cost = f"It counts as a change of {about(repair.cost)} tokens, and was tried: a plan exists with it"
        yield {
            "kind": "repair",
            "source_rows": ", ".join(dict.fromkeys(change.source_row for change in repair.changes)),
            "message": f"Way out {number} of {len(conflict.repairs)}: {_touched(repair)}. {cost}",
            "recommendation": repair.text,
        }


def conflict_in_words(conflict: Conflict) -> str:
    """`These rules cannot hold together: INIT-2 is mandatory (Constraints row 4); …`."""
    said = "; ".join(f"{rule.text}{in_brackets((rule.source_row,))}" for rule in conflict.rules)
    if len(conflict.rules) == 1:
        return f"No portfolio keeps this rule: {said}"
    left_open = "" if conflict.minimal else "; a limit left open whether each of them is needed"
    return f"These rules cannot hold together: {said}{left_open}"


def _touched(repair: Repair) -> str:
    """`changes 2 numbers and drops 1 row`."""
    dropped = sum(bool(change.drop) for change in repair.changes)
    counts = (("changes", len(repair.changes) - dropped, "number"), ("drops", dropped, "row"))
    return " and ".join(f"{verb} {counted(count, what)}" for verb, count, what in counts if count)


def _alert_line(alert: Alert) -> OutputRow:
    return {
        "kind": "alert",
        "severity": "CRITICAL" if alert.code == "invalid_input" else "WARN",
        "source_rows": ", ".join(alert.source_rows) or None,
        "message": f"{alert.code}: {alert.message}",
        "recommendation": advice_on(alert),
    }


def advice_on(alert: Alert) -> str | None:
    """What a person can do about an alert, where there is anything."""
    return _ADVICE.get(alert.code)
