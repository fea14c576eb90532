"""Rules of one set that cannot hold together: an error on every row concerned."""

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.set_rows import RowsOfSet
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rules.capacity_row import CapacityRow
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiativeRow
from optcenter_pipeline.rules.mandatory import MandatoryRow
from optcenter_pipeline.rules.row import shown
from optcenter_pipeline.rules.slices import SliceId, slice_in_words

MandatoryCandidates = dict[str, SheetRow]
"""initiative_key → the row of Candidates that makes it mandatory in every set."""


def mandatory_candidates(rows: SheetRows, findings: Findings) -> MandatoryCandidates:
    """The candidates that are mandatory by their own row, also where another cell of it is wrong."""
    found: MandatoryCandidates = {}
    for row in rows.of("Candidates"):
        key = row.initiative()
        is_known = all(error.column != "initiative_key" for error in findings.errors(row))
        if key is not None and is_known and row.cells.get("is_mandatory") is True:
            found[key] = row
    return found


def check_contradictions(rows: RowsOfSet, by_candidates: MandatoryCandidates, findings: Findings) -> None:
    """Floors above caps, and initiatives that are mandatory and excluded."""
    _check_floors_and_caps(rows, findings)
    _check_mandatory_and_excluded(rows, by_candidates, findings)


def _check_floors_and_caps(rows: RowsOfSet, findings: Findings) -> None:
    caps: dict[SliceId, tuple[SheetRow, float]] = {
        model.slice: (row, model.max_tokens) for row, model in rows.of(CapacityRow) if model.max_tokens is not None
    }
    for row, model in rows.of(CapacityRow):
        if model.min_tokens is None or model.slice not in caps:
            continue
        cap_row, cap = caps[model.slice]
        if not model.min_tokens > cap:  # one of them may be NaN
            continue
        where = slice_in_words(model.dimension, model.dimension_key)
        floor = shown(model.min_tokens)
        if cap_row is row:
            text = f"{floor} is above max_tokens {shown(cap)}; give a floor that is not above the cap"
            findings.error(row, "min_tokens", text)
            continue
        text = (
            f"{floor} is above the cap of {shown(cap)} on {where} in {cap_row.source_row}; bring the two together"
        )
        findings.error(row, "min_tokens", text)
        text = f"{shown(cap)} is below the floor of {floor} on {where} in {row.source_row}; bring the two together"
        findings.error(cap_row, "max_tokens", text)


def _check_mandatory_and_excluded(rows: RowsOfSet, by_candidates: MandatoryCandidates, findings: Findings) -> None:
    mandatory = {model.dimension_key: row for row, model in rows.of(MandatoryRow)}
    for row, model in rows.of(ExcludeInitiativeRow):
        for key in model.initiatives:
            wanted_by = [by[key] for by in (mandatory, by_candidates) if key in by]
            if not wanted_by:
                continue
            listed = " and ".join(other.source_row for other in wanted_by)
            text = f"{key} is excluded here and mandatory in {listed}; drop one of the two"
            findings.error(row, model.column_of(key), text)
            if key in mandatory:
                text = f"{key} is mandatory here and excluded in {row.source_row}; drop one of the two"
                findings.error(mandatory[key], "dimension_key", text)
            if key in by_candidates:
                text = f"{key} is mandatory here and excluded in {row.source_row}; drop one of the two"
                findings.error(by_candidates[key], "is_mandatory", text, only_in=rows.key)
