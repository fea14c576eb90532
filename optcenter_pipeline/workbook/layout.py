"""Where the columns of a tab stand in the sheet: its header row, understood."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from optcenter_pipeline.workbook.columns import Tab, header_key
from optcenter_pipeline.workbook.workbook import Cell, column_letters


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that stand in a sheet."""

    positions: dict[str, int] = field(default_factory=dict)
    """Canonical column name → 0-based column, in the sheet's order."""
    unknown: tuple[str, ...] = ()
    """Headers of columns that are not ours, as they stand there."""
    error: str = ""
    """Why the tab cannot be read, in one sentence; empty if it can."""


def read_layout(tab: Tab, header: Sequence[Cell]) -> Layout:
    """Match a header row (see `header_key`); a column that is missing or stands twice is one error for the tab."""
    found: dict[str, list[int]] = {}
    unknown: list[str] = []
    for position, cell in enumerate(header):
        text = "" if cell is None else str(cell).strip()
        if not text:
            continue
        column = tab.by_header.get(header_key(text))
        if column is None:
            unknown.append(text)
        else:
            found.setdefault(column.name, []).append(position)
    positions = {name: places[0] for name, places in found.items()}
    return Layout(positions, tuple(unknown), _error(tab, header, found))


def _error(tab: Tab, header: Sequence[Cell], found: dict[str, list[int]]) -> str:
    """What is wrong with the header row, or nothing."""
    if not found:
        return f"row 1 has none of the headers of {tab.name}; run `optcenter workbook init`, or write them there"
    problems = []
    missing = [c for c in tab.columns if c.is_required and c.name not in found]
    if missing:
        names = [c.name + (f" (or {', '.join(c.aliases)})" if c.aliases else "") for c in missing]
        problems.append(f"row 1 lacks the column{'s' if len(missing) > 1 else ''} {'; '.join(names)}")
    for name, places in found.items():
        if len(places) > 1:
            where = " and ".join(f"{column_letters(p)} ({str(header[p]).strip()!r})" for p in places)
            problems.append(f"the header {name} stands twice, in columns {where}: rename or remove one")
    return "; ".join(problems)
