"""Rules of one set that cannot hold together: an error on every row concerned."""

from collections.abc import Sequence

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.set_rows import RowsOfSet
from optcenter_pipeline.rows.sheet_row import SheetRow
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.capacity_row import CapacityRow
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiativeRow
from optcenter_pipeline.rules.mandatory import MandatoryRow
from optcenter_pipeline.rules.row import shown
from optcenter_pipeline.rules.slices import SliceId, slice_in_words

MandatoryCandidates = dict[str, SheetRow]
"""initiative_key → the row of Candidates that makes it mandatory in every set."""


def mandatory_candidates(candidates: Sequence[tuple[SheetRow, CandidateRow]]) -> MandatoryCandidates:
    """The candidates that are mandatory by their own row."""
    return {candidate.initiative_key: row for row, candidate in candidates if candidate.is_mandatory}


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
        if model.min_tokens <= cap:
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
            column = "dimension_key" if key in model.dimension_key else "member_keys"
            listed = " and ".join(other.source_row for other in wanted_by)
            findings.error(row, column, f"{key} is excluded here and mandatory in {listed}; drop one of the two")
            if key in mandatory:
                text = f"{key} is mandatory here and excluded in {row.source_row}; drop one of the two"
                findings.error(mandatory[key], "dimension_key", text)
            if key in by_candidates:
                text = f"{key} is mandatory here and excluded in {row.source_row}; drop one of the two"
                findings.error(by_candidates[key], "is_mandatory", text, only_in=rows.key)
