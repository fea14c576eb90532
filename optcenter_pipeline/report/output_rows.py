"""A finished run as rows of the tabs Runs, Results and Gaps_Alerts (workbook.md, *System output tabs*)."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from optcenter_pipeline.engine.result import Alert, Conflict, Gap, Repair, Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.numbers import amount

OutputRow = dict[str, Any]
"""Cells by canonical column name; None for a blank."""
OutputRows = dict[str, list[OutputRow]]
"""Rows by tab name."""


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
            for line, row in enumerate(_lines(header, result), start=1)
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


def _lines(header: RunHeader, result: Result | None) -> Iterator[OutputRow]:
    if header.status == "cancelled":
        yield _stopped(has_portfolio=result is not None and result.has_portfolio)
    elif header.error_text:
        yield _failed(header.error_text)
    if result is None:
        return
    yield from (_target_line(gap) for gap in result.gaps)
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


def _target_line(gap: Gap) -> OutputRow:
    rows = ", ".join(gap.source_rows)
    where = "the whole portfolio" if gap.dimension == "all" else f"{gap.dimension} {gap.dimension_key}"
    if gap.severity == "OK":
        message = f"{gap.kpi_key} of {where} is reached" + (f", {amount(gap.surplus)} over" if gap.surplus else "")
        recommendation = None
    else:
        message = f"{gap.kpi_key} of {where} is {amount(gap.gap)} short of {amount(gap.required)}"
        reachable = gap.target_value - gap.gap
        recommendation = (
            f"{rows or 'This target'}: lower target_value from {amount(gap.target_value)} to {amount(reachable)}, "
            "or give the plan more tokens or initiatives that bring more of this KPI."
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
        "source_rows": rows or None,
        "message": message,
        "recommendation": recommendation,
    }


def _conflict_lines(conflict: Conflict) -> Iterator[OutputRow]:
    rows = ", ".join(conflict.source_rows)
    yield {
        "kind": "conflict",
        "severity": "CRITICAL",
        "source_rows": rows,
        "message": "These rules cannot hold together: "
        + "; ".join(f"{rule.text} ({rule.source_row})" for rule in conflict.rules)
        + ("" if conflict.minimal else "; a limit left open whether each of them is needed"),
        "recommendation": f"Relax or drop one of {rows}." if len(conflict.source_rows) > 1 else f"Change {rows}.",
    }
    for number, repair in enumerate(conflict.repairs, start=1):
        cost = f"it counts as {amount(repair.cost)} tokens of change, and was tried on a copy of the inputs"
        yield {
            "kind": "repair",
            "source_rows": ", ".join(dict.fromkeys(change.source_row for change in repair.changes)),
            "message": f"Way out {number} of {len(conflict.repairs)}: {_touched(repair)}; {cost}",
            "recommendation": repair.text,
        }


def _touched(repair: Repair) -> str:
    """`changes 2 numbers and drops 1 row`."""
    dropped = sum(bool(change.drop) for change in repair.changes)
    counts = (("changes", len(repair.changes) - dropped, "number"), ("drops", dropped, "row"))
    return " and ".join(f"{verb} {n} {what}{'' if n == 1 else 's'}" for verb, n, what in counts if n)


def _alert_line(alert: Alert) -> OutputRow:
    return {
        "kind": "alert",
        "severity": "CRITICAL" if alert.code == "invalid_input" else "WARN",
        "source_rows": ", ".join(alert.source_rows) or None,
        "message": f"{alert.code}: {alert.message}",
    }
