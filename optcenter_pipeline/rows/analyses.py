"""The cell analyses of Scenario_Config: what each run is to have beside its portfolio."""

from typing import Any

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.objective_weights import kpis_of_weights
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rules.analysis_options import AnalysisOptions, FrontierOptions, WrongAnalysesError
from optcenter_pipeline.rules.asked_analyses import ANALYSIS_NAMES, asked_analyses
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import is_formula_error, shown, wrong


def analyses_of_cell(cell: Any) -> tuple[AnalysisOptions, ...]:
    """Analyses with their options, from text or a list of texts; values that are there already stay.

    Raises:
        PydanticCustomError: with everything that is wrong in the cell.
    """
    if isinstance(cell, tuple):
        return cell
    if is_formula_error(cell):
        raise wrong(f"{shown(cell)} is a formula error; mend the formula or give some of {ANALYSIS_NAMES}")
    try:
        return asked_analyses(cell)
    except WrongAnalysesError as error:
        raise wrong(str(error)) from None


def kpis_of_analyses(cell: Any) -> tuple[str, ...]:
    """The KPIs that a cell names, where it can be read."""
    return tuple(kpi for options in _readable(cell) for kpi in options.kpis)


def check_axes(rows: SheetRows, north_star: str | None, findings: Findings) -> None:
    """An error on every scenario that asks for a frontier of its objective against itself.

    Args:
        north_star: the KPI that mode north_star maximises; None where there is not exactly one.
    """
    for row in rows.of("Scenario_Config"):
        objective = _objective(row, north_star)
        for options in _readable(row.cells.get("analyses")):
            if (
                isinstance(options, FrontierOptions)
                and objective is not None
                and options.of is None
                and fold(options.against) == fold(objective)
            ):
                text = f"{options.as_typed()}: {shown(options.against)} is the objective itself"
                findings.error(
                    row, "analyses", f"{text}; give another KPI, capacity or goals, or another y with of="
                )


def _objective(row: SheetRow, north_star: str | None) -> str | None:
    """The KPI that a scenario maximises first; None where that is a sum of several."""
    mode = row.word("objective_mode") or "north_star"
    if mode == "lexicographic":
        return next(iter(kpis_of_weights(row.cells.get("objective_weights_json"))), None)
    return north_star if mode == "north_star" else None


def _readable(cell: Any) -> tuple[AnalysisOptions, ...]:
    try:
        return () if cell is None else asked_analyses(cell)
    except WrongAnalysesError:
        return ()
