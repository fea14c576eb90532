"""What could not be written, told in a note on the header cell `run_status`, below what the note says itself."""

from collections.abc import Iterable, Sequence

from optcenter_pipeline.workbook.cell_writing import NoteMap, Outcome, Written
from optcenter_pipeline.workbook.columns import header_key
from optcenter_pipeline.workbook.grid import TabGrid

MARK = "—— not written at the last save ——"
"""From here on a note is the system's; what stands above is the template's, or whatever people made of it."""

_COLUMN = "run_status"
_MOST_LINES = 20


class HeaderNotes:
    """The notes of every tab of one write, from its first look to its last."""

    def __init__(self) -> None:
        self._former: dict[str, dict[str, str]] = {}

    def wanted(self, grid: TabGrid, written: Written, head: str, lines: Sequence[str]) -> NoteMap:
        """Notes that have to be written: on `run_status`, and where one of ours landed on another header.

        Args:
            grid: as a full look sees it.
            written: by this call so far.
            head: when and by what it was last written.
            lines: what people should know; none takes an earlier note away.
        """
        if grid.details is None:
            return {}
        notes = grid.details.header_notes
        headers = {column: header_key(str(grid.value(0, column))) for column in range(grid.column_count)}
        former = self._former.setdefault(
            grid.tab.name, {header: notes.get(column, "") for column, header in headers.items() if header}
        )
        place = grid.layout.positions.get(_COLUMN)
        wanted: NoteMap = {}
        for column, header in headers.items():
            note = notes.get(column, "")
            if column == place:
                own = former.get(header, "") if note in written.notes else note
                said = _with_section(own, head, lines)
            elif note in written.notes or MARK in note:
                said = _with_section(former.get(header, ""), "", ())
            else:
                continue
            if said != note:
                wanted[column] = said
        return wanted


def formula_lines(grid: TabGrid, cells: Iterable[tuple[int, int]]) -> list[str]:
    """System cells that a formula fills, a line each, `Tab!row column: …`."""
    names = {position: name for name, position in grid.layout.positions.items()}
    return [
        f"{grid.tab.name}!{row + 1} {names.get(column, column)}: a formula stands here and was left as it is; "
        "delete it, then save again"
        for row, column in sorted(cells)
    ]


def formulas_left(outcome: Outcome) -> tuple[str, ...]:
    """The same for all tabs of a write."""
    found = outcome.formulas.items()
    return tuple(
        line for name, cells in found if name in outcome.grids for line in formula_lines(outcome.grids[name], cells)
    )


def newest_stamp(stamps: Iterable[tuple[str, str]]) -> str:
    """The newest of (updated_at, updated_source) as a note's head."""
    return ", ".join(part for part in max(stamps, default=("", "")) if part)


def _with_section(note: str, head: str, lines: Sequence[str]) -> str:
    """The note with what the system has to tell, in the place of what it told before."""
    own = note.partition(MARK)[0].rstrip()
    if not lines:
        return own
    more = len(lines) - _MOST_LINES
    shown = [*lines[:_MOST_LINES], *([f"… and {more} more"] if more > 0 else [])]
    return "\n".join([*([own, ""] if own else []), MARK, *([f"{head}:"] if head else []), *shown])
