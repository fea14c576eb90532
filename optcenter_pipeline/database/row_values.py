"""Typed rows of the workbook as columns of the tables that mirror them."""

import json
from collections.abc import Iterable

from optcenter_pipeline.database.table_sync import Values, content_hash
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rules.asked_analyses import typed_analyses
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.names import fold


def initiative_values(row: InitiativeRow) -> Values:
    """Columns of `initiatives`."""
    return _with_hash(
        row.source_row,
        {
            "initiative_key": row.initiative_key,
            "title": row.title,
            "lifecycle_status": row.lifecycle_status,
            **row.attributes,
            "notes": row.notes,
        },
    )


def metric_values(row: MetricRow) -> Values:
    """Columns of `metrics_config`."""
    return _with_hash(
        row.source_row,
        {
            "kpi_key": row.kpi_key,
            "kpi_folded": fold(row.kpi_key),
            "kpi_name": row.kpi_name,
            "kpi_level": row.kpi_level,
            "unit": row.unit,
            "is_active": row.is_active,
            "description": row.description,
        },
    )


def contribution_values(row: ContributionRow, kpi_key: str) -> Values:
    """Columns of `kpi_contributions`; `kpi_key` as `metrics_config` spells it."""
    return _with_hash(
        row.source_row,
        {
            "initiative_key": row.initiative_key,
            "kpi_key": kpi_key,
            "contribution": row.contribution,
            "low": row.low,
            "high": row.high,
            "notes": row.notes,
        },
    )


def candidate_values(row: CandidateRow) -> Values:
    """Columns of `candidates`."""
    return _with_hash(
        row.source_row,
        {
            "initiative_key": row.initiative_key,
            "engineering_tokens": row.engineering_tokens,
            "deadline_date": row.deadline_date,
            "is_mandatory": row.is_mandatory,
            "mandate_reason": row.mandate_reason,
            "bundle_key": row.bundle_key,
            "prerequisite_keys_json": _json(row.prerequisite_keys),
            "exclusion_keys_json": _json(row.exclusion_keys),
            "synergy_group_keys_json": _json(row.synergy_group_keys),
            "is_selected_for_run": row.is_selected_for_run,
            "notes": row.notes,
        },
    )


def scenario_values(
    row: ScenarioRow | None,
    *,
    scenario_name: str,
    source_row: str,
    messages_json: str,
    is_valid: bool,
    default_compiled_json: str | None,
) -> Values:
    """Columns of `optimization_scenarios`; `row` is None where none of its rows could be read as a scenario.

    The default is no content of the row itself: it comes from Candidates, and is compared apart.
    """
    weights = None
    if row is not None and row.objective_weights_json is not None:
        weights = _json(row.model_dump(mode="json")["objective_weights_json"])
    values = {
        "scenario_name": scenario_name,
        "scenario_key": fold(scenario_name),
        "period_key": row and row.period_key,
        "capacity_total_tokens": row and row.capacity_total_tokens,
        "objective_mode": row and row.objective_mode,
        "objective_weights_json": weights,
        "goal_tolerance_pct": row and row.goal_tolerance_pct,
        "analyses_json": _json(typed_analyses(row.analyses)) if row is not None and row.analyses else None,
        "notes": row and row.notes,
        "is_valid": is_valid,
        "messages_json": messages_json,
    }
    return {**_with_hash(source_row, values), "default_compiled_json": default_compiled_json}


def _with_hash(source_row: str, values: Values) -> Values:
    return {**values, "source_row": source_row, "content_hash": content_hash(values.values())}


def _json(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, Iterable) and not isinstance(value, dict) else value)
