"""A result as tables: pandas frames that the terminal and Dagster's metadata both show."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from optcenter_pipeline.engine.result import Conflict, Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.numbers import about, amount
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.source_rows import in_words


def portfolio_frame(snapshot: Snapshot, result: Result) -> pd.DataFrame:
    """One row a funded candidate, by rank: rank, initiative, title, country, department, tokens, adds, why."""
    candidates = {candidate.initiative_key: candidate for candidate in snapshot.candidates}
    return pd.DataFrame(
        [
            {
                "rank": chosen.rank,
                "initiative": chosen.initiative_key,
                "title": candidates[chosen.initiative_key].title,
                "country": _attribute(candidates[chosen.initiative_key].attributes, "country"),
                "department": _attribute(candidates[chosen.initiative_key].attributes, "department"),
                "tokens": amount(chosen.allocated_tokens),
                "adds": amount(chosen.objective_contribution),
                "why": chosen.reason,
            }
            for chosen in result.selected
        ],
        columns=["rank", "initiative", "title", "country", "department", "tokens", "adds", "why"],
    )


def _attribute(attributes: dict[str, str | None], name: str) -> str:
    return next((text or "" for known, text in attributes.items() if fold(known) == name), "")


def rejected_frame(result: Result) -> pd.DataFrame:
    """One row a rejected candidate: initiative, why, rows."""
    rows = [
        {"initiative": r.initiative_key, "why": r.reason, "rows": in_words(r.source_rows)} for r in result.rejected
    ]
    return pd.DataFrame(rows, columns=["initiative", "why", "rows"])


def gaps_frame(result: Result) -> pd.DataFrame:
    """One row a target: where, kpi, kind, required, achieved, gap, severity, rows."""
    return pd.DataFrame(
        [
            {
                "where": slice_in_words(gap.dimension, gap.dimension_key),
                "kpi": gap.kpi_key,
                "kind": gap.floor_or_goal,
                "required": amount(gap.required),
                "achieved": amount(gap.achieved),
                "gap": amount(gap.gap),
                "severity": gap.severity,
                "rows": in_words(gap.source_rows),
            }
            for gap in result.gaps
        ],
        columns=["where", "kpi", "kind", "required", "achieved", "gap", "severity", "rows"],
    )


def stages_frame(result: Result) -> pd.DataFrame:
    """One row a stage of the objective: stage, sense, value, bound, proven, nodes, seconds."""
    return pd.DataFrame(
        [
            {
                "stage": stage.name + (" (again, goals held)" if stage.second_pass else ""),
                "sense": stage.sense,
                "value": amount(stage.value),
                "bound": amount(stage.bound),
                "proven": stage.proven,
                "nodes": stage.nodes,
                "seconds": round(stage.seconds, 3),
            }
            for stage in result.objective.stages
        ],
        columns=["stage", "sense", "value", "bound", "proven", "nodes", "seconds"],
    )


def alerts_frame(result: Result) -> pd.DataFrame:
    """One row an alert: code, message, rows."""
    rows = [{"code": a.code, "message": a.message, "rows": in_words(a.source_rows)} for a in result.alerts]
    return pd.DataFrame(rows, columns=["code", "message", "rows"])


def markdown(frame: pd.DataFrame) -> str:
    """The frame as a Markdown table; what people typed cannot break out of its cell."""
    if frame.empty:
        return "(none)"
    return str(frame.map(_cell).to_markdown(index=False, disable_numparse=True))


def _cell(value: object) -> str:
    text = " ".join(str(value).split())
    for mark, escaped in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("`", "\\`"), ("[", "\\["), ("!", "\\!")):
        text = text.replace(mark, escaped)
    return text


def conflict_frame(conflict: Conflict) -> pd.DataFrame:
    """One row a rule of the conflict: row, rule."""
    rows = [{"row": in_words((rule.source_row,)), "rule": rule.text} for rule in conflict.rules]
    return pd.DataFrame(rows, columns=["row", "rule"])


def repairs_frame(conflict: Conflict) -> pd.DataFrame:
    """One row a repair: cost in tokens, what to do."""
    rows = [{"cost": about(repair.cost), "what to do": repair.text} for repair in conflict.repairs]
    return pd.DataFrame(rows, columns=["cost", "what to do"])


def runs_frame(runs: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a run of the ledger: run, scenario, set, status, objective, tokens, created, by, notes if any."""
    frame = pd.DataFrame(
        [
            {
                "run": run["run_id"],
                "scenario": run["scenario_name"],
                "set": run["constraint_set_name"],
                "status": run["status"],
                "objective": "" if run["objective_value"] is None else amount(run["objective_value"]),
                "tokens used": "" if run["capacity_used"] is None else amount(run["capacity_used"]),
                "created": str(run["created_at"] or "")[:16].replace("T", " "),
                "by": run["requested_by"] or "",
                "notes": _run_notes(run),
            }
            for run in runs
        ]
    )
    return frame if frame["notes"].any() else frame.drop(columns=["notes"])


def _run_notes(run: Mapping[str, Any]) -> str:
    """What-if numbers, and who approved the run when."""
    parts = [f"what-if: {run['what_if']}"] if run["what_if"] else []
    if run["approved_by"]:
        since = "the plan, approved" if run["is_plan"] else "approved once,"
        parts.append(f"{since} by {run['approved_by']} {str(run['approved_at'])[:10]}")
    return "; ".join(parts)
