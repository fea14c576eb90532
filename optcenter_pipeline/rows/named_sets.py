"""The scenarios and sets that rows name, and what makes each of them invalid."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import to_jsonable_python

from optcenter_pipeline.rows.cross_tabs import initiatives_named, kpis_named, needs_candidates
from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.known import Known
from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rows.validated import NamedSet, SetSourceRow
from optcenter_pipeline.rules.names import fold


def scenario_names(rows: SheetRows) -> dict[str, str]:
    """Every scenario that is named, folded → as first typed."""
    names: dict[str, str] = {}
    for row in rows.of("Scenario_Config", "Constraints", "Targets"):
        name = row.name("scenario_name")
        if name is not None:
            names.setdefault(fold(name), name)
    return dict(sorted(names.items()))


def named_sets(rows: SheetRows, known: Known, findings: Findings) -> tuple[NamedSet, ...]:
    """Every set with its rows, and with the lines that make it invalid."""
    scenarios = scenario_names(rows)
    members: dict[SetKey, list[SheetRow]] = {}
    for row in rows.of("Constraints", "Targets"):
        key = row.set_key()
        if key is not None:
            members.setdefault(key, []).append(row)
    only_in = _scoped_lines(rows, findings)
    sets = []
    for key, own in sorted(members.items()):
        lines = [line for row in own for line in findings.error_lines(row)]
        lines += only_in.get(key, [])
        lines += (line for row in own for line in _broken_references(row, known, findings))
        sets.append(
            NamedSet(
                key=key,
                scenario_name=scenarios[key.scenario],
                constraint_set_name=own[0].name("constraint_set_name") or "",
                rows=tuple(SetSourceRow(row.tab, row.row_num, _json(row.cells)) for row in own),
                problems=tuple(dict.fromkeys(lines)),
            )
        )
    return tuple(sets)


def invalid_scenarios(
    rows: SheetRows, known: Known, without_north_star: dict[str, list[SheetRow]], findings: Findings
) -> dict[str, tuple[str, ...]]:
    """Scenario (folded) → the lines that make it invalid. Of two rows of one name the first stands, and counts."""
    invalid: dict[str, list[str]] = {}
    seen: set[str] = set()
    for row in rows.of("Scenario_Config"):
        name = row.name("scenario_name")
        if name is None or fold(name) in seen:
            continue
        seen.add(fold(name))
        lines = [*findings.error_lines(row), *_broken_references(row, known, findings)]
        for metric in without_north_star.get(row.source_row, ()):
            lines += findings.error_lines(metric)
        if lines:
            invalid.setdefault(fold(name), []).extend(lines)
    return {name: tuple(dict.fromkeys(lines)) for name, lines in sorted(invalid.items())}


def _scoped_lines(rows: SheetRows, findings: Findings) -> dict[SetKey, list[str]]:
    """Errors on rows of Candidates that are about one set alone."""
    lines: dict[SetKey, list[str]] = {}
    for row in rows.of("Candidates"):
        for error in findings.errors(row):
            if error.constraint_set is not None:
                lines.setdefault(error.constraint_set, []).append(f"{row.source_row} {error}")
    return lines


def _broken_references(row: SheetRow, known: Known, findings: Findings) -> Iterator[str]:
    """Errors on the rows that this one cannot do without: a KPI's, and those of what is mandatory."""
    for _, names in kpis_named(row):
        for name in names:
            metric = known.kpis.rows.get(fold(name))
            if metric is not None and findings.is_wrong(metric):
                yield from findings.error_lines(metric)
    if row.row is None or not needs_candidates(row):
        return
    for _, keys in initiatives_named(row):
        for key in keys:
            candidate = known.candidates.rows.get(key)
            if candidate is not None and findings.is_wrong(candidate):
                yield from findings.error_lines(candidate)


def _json(cells: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = to_jsonable_python(cells)
    return plain
