"""What rows say of other tabs' rows: every scenario, initiative and KPI that a row names has to be there.

Judged on cells, so that a row, or a list in a cell, with another fault hears of these too.
"""

from collections.abc import Iterator
from typing import NamedTuple

from optcenter_pipeline.rows.analyses import kpis_of_analyses
from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.known import Known
from optcenter_pipeline.rows.objective_weights import kpis_of_weights
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rules.members_row import SYNERGY_GROUP
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import SetRow, shown, split_keys

_PACKED = "dimension_key"
"""Keys of several initiatives may stand in this one text cell."""


class Named(NamedTuple):
    """Names that stand in one cell."""

    column: str
    names: tuple[str, ...]


def check_references(rows: SheetRows, known: Known, findings: Findings) -> None:
    """Names that no row has."""
    for row in rows.of("Constraints", "Targets"):
        _check_scenario(row, known, findings)
    for row in rows.all():
        for column, names in initiatives_named(row):
            unknown = [name for name in names if known.initiatives.lacks(name)]
            if unknown:
                findings.error(row, column, known.initiatives.unknown(unknown))
        for column, names in kpis_named(row):
            _check_kpis(row, column, names, known, findings)
        _check_has_tokens(row, known, findings)


def initiatives_named(row: SheetRow) -> Iterator[Named]:
    """The initiatives that a row names, by column."""
    if row.model is None or row.word("dimension") == SYNERGY_GROUP:
        return
    for column in row.model.initiative_columns:
        name = row.name(column)
        one = () if name is None else split_keys(name) if column == _PACKED else (name,)
        yield Named(column, _keys((*one, *row.names(column))))


def needs_candidates(row: SheetRow) -> bool:
    """Whether the initiatives that a row names must have tokens."""
    return row.model is not None and issubclass(row.model, SetRow) and row.model.needs_candidates


def kpis_named(row: SheetRow) -> Iterator[Named]:
    """The KPIs that a row names, by column, as typed."""
    for column in () if row.model is None else row.model.kpi_columns:
        name = row.name(column)
        yield Named(column, () if name is None else (name,))
    if row.tab == "Scenario_Config" and row.word("objective_mode") in ("weighted_kpis", "lexicographic"):
        named = kpis_of_weights(row.cells.get("objective_weights_json"))
        yield Named("objective_weights_json", tuple(name.strip() for name in named if name.strip()))
    if row.tab == "Scenario_Config":
        yield Named("analyses", kpis_of_analyses(row.cells.get("analyses")))


def _check_scenario(row: SheetRow, known: Known, findings: Findings) -> None:
    scenario = row.name("scenario_name")
    if scenario is not None and known.scenarios.lacks(fold(scenario)):
        findings.error(row, "scenario_name", known.scenarios.unknown([scenario]))


def _check_kpis(row: SheetRow, column: str, names: tuple[str, ...], known: Known, findings: Findings) -> None:
    unknown = [name for name in names if known.kpis.lacks(fold(name))]
    if unknown:
        findings.error(row, column, known.kpis.unknown(unknown))
    inactive = [name for name in names if known.is_inactive(fold(name))]
    if inactive and row.tab != "KPI_Contributions":
        listed = ", ".join(map(shown, inactive))
        verb = "is" if len(inactive) == 1 else "are"
        text = f"{listed} {verb} not active in Metrics_Config; give an active KPI, or make it active there"
        findings.error(row, column, text)


def _check_has_tokens(row: SheetRow, known: Known, findings: Findings) -> None:
    """What every plan must fund needs a cost."""
    if not needs_candidates(row):
        return
    for column, keys in initiatives_named(row):
        for key in keys:
            if known.candidates.lacks(key) and not known.initiatives.lacks(key):
                text = f"{shown(key)} is not in Candidates: it has no tokens; add it there or delete this row"
                findings.error(row, column, text)


def _keys(typed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key.upper() for key in typed))
