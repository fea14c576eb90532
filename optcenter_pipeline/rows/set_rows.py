"""The rows of one constraint set, next to the rows of Candidates, which belong to every set."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline.rows.sheet_row import SetRowT, SheetRow, SheetRows, by_key, typed
from optcenter_pipeline.rules.candidate import CandidateLeftOut, CandidateMember, CandidateRow
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import SetRow


@dataclass
class RowsOfSet:
    """The rows of one set that no earlier row stands in for."""

    key: SetKey
    rows: list[SheetRow] = field(default_factory=list)

    def of(self, model: type[SetRowT]) -> Iterator[tuple[SheetRow, SetRowT]]:
        """Its rows of one type; see `SheetRow.by_key`."""
        return by_key(self.rows, model)


def rows_by_set(rows: SheetRows, findings: Findings) -> list[RowsOfSet]:
    """Every set with its rows, in the order in which the sets first appear."""
    sets: dict[SetKey, RowsOfSet] = {}
    for row, model in by_key(rows.of("Constraints", "Targets"), SetRow):
        if not findings.is_duplicate(row):
            key = SetKey(*model.set_key)
            sets.setdefault(key, RowsOfSet(key)).rows.append(row)
    return list(sets.values())


def standing_candidates(rows: SheetRows, findings: Findings) -> list[tuple[SheetRow, CandidateRow]]:
    """The rows of Candidates that are candidates."""
    return [pair for pair in typed(rows.of("Candidates"), CandidateRow) if not findings.is_wrong(pair[0])]


def candidates_left_out(rows: SheetRows, findings: Findings, registry: Container[str]) -> list[CandidateLeftOut]:
    """The rows of Candidates in error, with a readable key that no earlier row has."""
    left_out = []
    for row in rows.of("Candidates"):
        key = row.initiative()
        if findings.is_wrong(row) and not findings.is_duplicate(row) and key is not None:
            left_out.append(_left_out(row, key, is_known=key in registry))
    return left_out


def candidate_members(rows: SheetRows) -> list[CandidateMember]:
    """Every row of Candidates with a readable key, as a member of bundles and groups; the first of a key stands."""
    members: dict[str, CandidateMember] = {}
    for row in rows.of("Candidates"):
        key = row.initiative()
        if key is not None:
            members.setdefault(
                key, row.row if isinstance(row.row, CandidateRow) else _left_out(row, key, is_known=True)
            )
    return list(members.values())


def _left_out(row: SheetRow, key: str, *, is_known: bool) -> CandidateLeftOut:
    return CandidateLeftOut(
        row_num=row.row_num,
        initiative_key=key,
        is_known=is_known,
        bundle_key=row.name("bundle_key"),
        synergy_group_keys=tuple({fold(group): group for group in row.names("synergy_group_keys")}.values()),
    )
