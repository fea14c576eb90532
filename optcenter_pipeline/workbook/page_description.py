"""What the local workbook's page has to know of planning, as JSON: the page itself knows grids alone."""

from typing import Any

from optcenter_pipeline.rows.action_request import Action
from optcenter_pipeline.workbook.columns import Column, Owner, Tab, header_key
from optcenter_pipeline.workbook.tabs import (
    ACTIONS,
    ALL_TABS,
    CONSTRAINTS,
    GAPS_ALERTS,
    INPUT_TABS,
    RESULTS,
    RUNS,
    SCENARIO_CONFIG,
    TARGETS,
)


def page_description(requested_by: str) -> dict[str, Any]:
    """Describe tabs, actions and charts for `LocalWorkbookServer(page=…)`.

    Args:
        requested_by: who asks for an action, unless the person says otherwise on the page.

    Returns:
        ``tabs``: title → note, whether its rows are judged (``is_input``), and its columns: canonical name, the
        spellings of its header (see `header_key`), owner, kind, whether it is of the key; ``actions``: the control
        tab, the names of actions, and where scenarios and sets are named; ``charts``: by tab.
    """
    return {
        "requested_by": requested_by,
        "tabs": {tab.name: _tab(tab) for tab in ALL_TABS},
        "status_columns": ["run_status", "status", "severity"],
        "actions": {
            "tab": ACTIONS.name,
            "save": Action.SAVE_SELECTED.value,
            "run_all": Action.RUN_ALL.value,
            "run_selected": Action.RUN_SELECTED.value,
            "scenarios": {"tab": SCENARIO_CONFIG.name, "scenario": "scenario_name"},
            "sets": [
                {"tab": tab.name, "scenario": "scenario_name", "set": "constraint_set_name"}
                for tab in (CONSTRAINTS, TARGETS)
            ],
        },
        "charts": {RESULTS.name: _results_chart(), GAPS_ALERTS.name: _gaps_chart()},
    }


def _tab(tab: Tab) -> dict[str, Any]:
    columns = [_column(tab, column) for column in tab.columns]
    return {"note": tab.note, "is_input": tab in INPUT_TABS, "columns": columns}


def _column(tab: Tab, column: Column) -> dict[str, Any]:
    headers = [header for header, known in tab.by_header.items() if known is column]
    return {
        "name": column.name,
        "headers": sorted({header_key(column.name), *headers}),
        "owner": column.owner.value,
        "kind": column.kind.value,
        "is_key": column.is_key,
        "is_locked": column.owner is not Owner.PM,
        "note": column.note,
    }


def _runs() -> dict[str, Any]:
    """How runs are named to people."""
    return {
        "tab": RUNS.name,
        "run": "run_id",
        "label": ["scenario_name", "constraint_set_name", "status", "created_at"],
        "figures": [
            {"column": "status", "label": "status"},
            {"column": "objective_value", "label": "objective"},
            {"column": "selected_count", "label": "initiatives funded"},
            {"column": "capacity_used", "of": "capacity_total", "label": "tokens used"},
            {"column": "gap_summary", "label": "targets"},
        ],
    }


def _results_chart() -> dict[str, Any]:
    return {
        "kind": "portfolio",
        "run": "run_id",
        "runs": _runs(),
        "title": "Tokens by",
        "amount": "allocated_tokens",
        "chosen": "selected",
        "groups": ["department", "country", "product", "category", "program"],
    }


def _gaps_chart() -> dict[str, Any]:
    return {
        "kind": "gaps",
        "run": "run_id",
        "runs": _runs(),
        "title": "Targets: asked for, and achieved",
        "required": "target_value",
        "achieved": "achieved_value",
        "severity": "severity",
        "label": ["kpi_key", "dimension_key", "floor_or_goal"],
    }
