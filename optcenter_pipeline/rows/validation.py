"""The whole judgement of one reading of the workbook."""

from collections import Counter
from collections.abc import Mapping

from optcenter_pipeline.rows import contradictions, empty_slices, memberships, prerequisite_cycles
from optcenter_pipeline.rows.analyses import check_axes
from optcenter_pipeline.rows.cross_rows import check_duplicates
from optcenter_pipeline.rows.cross_tabs import check_references
from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.keys import TAB_ORDER
from optcenter_pipeline.rows.known import known_names
from optcenter_pipeline.rows.messages import CellMessage, ValidationMessage
from optcenter_pipeline.rows.named_sets import invalid_scenarios, named_sets, scenario_names
from optcenter_pipeline.rows.north_star import check_north_star, north_star
from optcenter_pipeline.rows.raw import RawTab
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rows.row_models import fill_models
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rows.set_rows import (
    candidate_members,
    candidates_left_out,
    rows_by_set,
    standing_candidates,
)
from optcenter_pipeline.rows.sheet_row import RowT, SheetRow, SheetRows, typed
from optcenter_pipeline.rows.validated import JudgedRow, ValidatedWorkbook
from optcenter_pipeline.rules.candidate import CandidateRow, synergy_groups
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import Row, SetRow
from optcenter_pipeline.rules.target import TargetRow


def validate(tabs: Mapping[str, RawTab]) -> ValidatedWorkbook:
    """Judge every row of every input tab, all errors in one pass.

    Args:
        tabs: by name. A tab that is not there counts as unreadable, never as empty.
    """
    rows, findings = SheetRows(tabs), Findings()
    fill_models(rows, findings)
    known = known_names(rows)
    check_references(rows, known, findings)
    _check_rules(rows, findings)
    without_north_star = check_north_star(rows, findings) if rows.readable("Metrics_Config") else {}
    check_axes(rows, north_star(rows, findings), findings)

    found = [(row, findings.message(row)) for row in rows.all()]
    messages = [*_tab_messages(tabs), *(message for _, message in found if message is not None)]
    return ValidatedWorkbook(
        initiatives=_standing(rows, InitiativeRow, findings),
        metrics=_standing(rows, MetricRow, findings),
        contributions=_standing(rows, ContributionRow, findings),
        scenarios=_standing(rows, ScenarioRow, findings),
        constraints=_constraints(rows, findings),
        targets=_standing(rows, TargetRow, findings),
        candidates=_standing(rows, CandidateRow, findings),
        candidates_left_out=tuple(candidates_left_out(rows, findings, known.initiatives.rows)),
        messages=tuple(sorted(messages, key=lambda message: (TAB_ORDER.index(message.tab), message.row_num))),
        judged=tuple(_judged(row, message) for row, message in found),
        unreadable_tabs=rows.unreadable,
        sets=named_sets(rows, known, findings),
        invalid_scenarios=invalid_scenarios(rows, known, without_north_star, findings),
        scenario_names=scenario_names(rows),
        kpi_keys={fold(name): known.kpis.display(name) for name in sorted(known.kpis.rows)},
    )


def _check_rules(rows: SheetRows, findings: Findings) -> None:
    """What rows say together: first what stands twice, then what does not go together."""
    members = candidate_members(rows)
    groups = synergy_groups(members)
    check_duplicates(rows, groups, findings)
    if rows.readable("Initiatives"):
        empty_slices.check_slices(rows, findings)
    if rows.readable("Candidates"):
        memberships.check_groups_exist(rows, groups, findings)
    candidates = standing_candidates(rows, findings)
    if rows.readable("Constraints"):
        memberships.check_lonely_bundles(candidates, members, rows, findings)
        memberships.check_groups_have_values(candidates, rows, groups, findings)
    needs = prerequisite_cycles.needs_of(candidates)
    prerequisite_cycles.check_candidates(candidates, needs, findings)
    mandatory = contradictions.mandatory_candidates(rows, findings)
    bundles = memberships.bundle_names(members)
    sizes = Counter(name for names in bundles.values() for name in names)
    for rows_of_set in rows_by_set(rows, findings):
        contradictions.check_contradictions(rows_of_set, mandatory, findings)
        memberships.check_excluded_members(rows_of_set, bundles, sizes, findings)
        prerequisite_cycles.check_set(rows_of_set, needs, findings)


def _standing(rows: SheetRows, model: type[RowT], findings: Findings) -> tuple[RowT, ...]:
    return tuple(row for sheet_row, row in typed(rows.of(model.tab), model) if not findings.is_wrong(sheet_row))


def _constraints(rows: SheetRows, findings: Findings) -> tuple[Row, ...]:
    pairs = typed(rows.of("Constraints"), SetRow)
    return tuple(row for sheet_row, row in pairs if not findings.is_wrong(sheet_row))


def _judged(row: SheetRow, message: ValidationMessage | None) -> JudgedRow:
    return JudgedRow(row.tab, row.row_num, row.key, row.content_hash, "OK" if message is None else message.status())


def _tab_messages(tabs: Mapping[str, RawTab]) -> list[ValidationMessage]:
    messages = []
    for tab in TAB_ORDER:
        raw = tabs.get(tab)
        errors = ("the tab was not read",) if raw is None else raw.errors
        warnings = () if raw is None else raw.warnings
        if errors or warnings:
            messages.append(
                ValidationMessage(
                    tab=tab,
                    row_num=1,
                    key="",
                    errors=tuple(CellMessage(column="", text=text) for text in errors),
                    warnings=tuple(CellMessage(column="", text=text) for text in warnings),
                )
            )
    return messages
