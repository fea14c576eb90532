"""What rows say of other tabs' rows: every scenario, initiative and KPI that a row names has to be there.

Judged on cells, so that a row, or a list in a cell, with another fault hears of these too.
"""

from collections.abc import Iterator
from typing import NamedTuple

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.known import Known
from optcenter_pipeline.rows.objective_weights import kpis_of_weights
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rules.members_row import SYNERGY_GROUP
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import shown, split_keys

_SEVERAL = frozenset({"exclude_initiative", "exclude_pair", "require_prereq", "synergy_bonus"})
_PACKED_TYPES = _SEVERAL | {"mandatory"}
"""Their dimension_key names initiatives."""
_LISTED_TYPES = _SEVERAL | {"bundle_all_or_nothing"}
"""Their member_keys name initiatives."""


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
    if row.tab in ("Candidates", "KPI_Contributions"):
        key = row.initiative()
        yield Named("initiative_key", () if key is None else (key,))
    if row.tab == "Candidates":
        for column in ("prerequisite_keys", "exclusion_keys"):
            yield Named(column, _keys(row.names(column)))
    if row.tab == "Constraints":
        constraint_type = row.constraint_type()
        packed = row.name("dimension_key")
        if constraint_type in _PACKED_TYPES and packed is not None and not _names_group(row):
            yield Named("dimension_key", _keys(split_keys(packed)))
        if constraint_type in _LISTED_TYPES and not _names_group(row):
            yield Named("member_keys", _keys(row.names("member_keys")))


def kpis_named(row: SheetRow) -> Iterator[Named]:
    """The KPIs that a row names, by column, as typed."""
    if row.tab in ("Targets", "KPI_Contributions"):
        yield _one(row, "kpi_key")
    elif row.tab == "Constraints" and row.constraint_type() == "synergy_bonus":
        yield _one(row, "target_kpi_key")
    elif row.tab == "Scenario_Config" and row.word("objective_mode") in (
        "weighted_kpis",
        "lexicographic",
    ):
        named = kpis_of_weights(row.cells.get("objective_weights_json"))
        yield Named("objective_weights_json", tuple(name.strip() for name in named if name.strip()))


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
    if row.tab != "Constraints" or row.constraint_type() != "mandatory":
        return
    key = row.name("dimension_key")
    if key is None or len(split_keys(key)) > 1 or known.initiatives.lacks(key.upper()):
        return
    if known.candidates.lacks(key.upper()):
        text = f"{shown(key)} is not in Candidates: it has no tokens; add it there or delete this row"
        findings.error(row, "dimension_key", text)


def _names_group(row: SheetRow) -> bool:
    return row.word("dimension") == SYNERGY_GROUP


def _one(row: SheetRow, column: str) -> Named:
    name = row.name(column)
    return Named(column, () if name is None else (name,))


def _keys(typed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key.upper() for key in typed))
