"""The workbook's tabs with all that stands in them, as they go into a file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.file_cells import FileCell, Moment
from optcenter_pipeline.workbook.coercion import as_text
from optcenter_pipeline.workbook.columns import Owner, Tab
from optcenter_pipeline.workbook.layout import Layout, read_layout
from optcenter_pipeline.workbook.tabs import ALL_TABS
from optcenter_pipeline.workbook.workbook import Cell, Workbook, column_letters, whole_sheet

_LOOKS = 3

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class TabCopy:
    """One tab as it stands, the header first; every owner's cells, formulas as their values."""

    tab: Tab
    rows: list[list[FileCell]]
    layout: Layout

    @property
    def row_count(self) -> int:
        """Rows below the header that say anything."""
        return sum(any(cell != "" for cell in row) for row in self.rows[1:])


@dataclass(frozen=True)
class WorkbookCopy:
    """All tabs that the workbook has, in its own order."""

    tabs: tuple[TabCopy, ...]
    warnings: tuple[str, ...]


def copy_workbook(workbook: Workbook) -> WorkbookCopy:
    """Read everything; four reads, more only where people edit at that moment.

    Raises:
        ExchangeError: the workbook has none of the tabs.
        WorkbookError: the workbook could not be read.
    """
    by_title = {tab.name.casefold(): tab for tab in ALL_TABS}
    titles = [sheet.title for sheet in workbook.sheets()]
    tabs = [by_title[title.casefold()] for title in titles if title.casefold() in by_title]
    if not tabs:
        raise ExchangeError(["the workbook has none of the planning tabs; run `optcenter workbook init` first"])
    warnings = [
        f"{title}: not exported, it is none of the planning tabs"
        for title in titles
        if title.casefold() not in by_title
    ]
    ranges = [whole_sheet(tab.name) for tab in tabs]
    values, shown = _two_looks(workbook, ranges)
    formulas = [block.rows for block in workbook.batch_get(ranges, render="FORMULA")]
    copies = []
    for tab, cells, dates, typed in zip(tabs, values, shown, formulas, strict=True):
        layout = read_layout(tab, cells[0] if cells else ())
        warnings += _formulas_of_people(tab, layout, cells, typed)
        copies.append(TabCopy(tab, _with_moments(cells, dates), layout))
    return WorkbookCopy(tuple(copies), tuple(warnings))


Grid = list[list[Cell]]


def _two_looks(workbook: Workbook, ranges: Sequence[str]) -> tuple[list[Grid], list[Grid]]:
    """The values, and the same with dates as they are shown: what is a number here and a text there is a date.

    Two requests, so people may edit between them; what they then disagree on is looked at again. The values are
    right in any case: a look that is still not the same at the end can only show a number as a date.
    """
    for _ in range(_LOOKS):
        values = [block.rows for block in workbook.batch_get(ranges)]
        shown = [block.rows for block in workbook.batch_get(ranges, dates="FORMATTED_STRING")]
        if all(_agree(a, b) for a, b in zip(values, shown, strict=True)):
            break
    return values, shown


def _agree(values: Grid, shown: Grid) -> bool:
    """Whether two looks may be of one moment."""
    if [len(row) for row in values] != [len(row) for row in shown]:
        return False
    return all(
        a == b or (_is_number(a) and isinstance(b, str))
        for row, other in zip(values, shown, strict=True)
        for a, b in zip(row, other, strict=True)
    )


def _with_moments(values: Grid, shown: Grid) -> list[list[FileCell]]:
    rows: list[list[FileCell]] = []
    for number, row in enumerate(values):
        other = shown[number] if number < len(shown) else []
        cells = [_file_cell(cell, other[n] if n < len(other) else cell) for n, cell in enumerate(row)]
        rows.append(_without_end(cells, lambda cell: cell == ""))
    return _without_end(rows, lambda row: not row)


def _without_end(items: list[ItemT], is_empty: Callable[[ItemT], bool]) -> list[ItemT]:
    """Without the empty ones at the end: formulas that show nothing yet fill the template's last rows."""
    end = len(items)
    while end and is_empty(items[end - 1]):
        end -= 1
    return items[:end]


def _file_cell(value: Cell, shown: Cell) -> FileCell:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and isinstance(shown, str) and shown:
        return Moment(value)
    return value


def _formulas_of_people(tab: Tab, layout: Layout, values: Grid, typed: Grid) -> Iterator[str]:
    """A warning a column that people fill by formulas: a file gets what they give."""
    ours = {layout.positions[name] for name in tab.owned_by(Owner.FORMULA) if name in layout.positions}
    found: dict[int, list[int]] = {}
    for row, (cells, formulas) in enumerate(zip(values, typed, strict=False)):
        for column, formula in enumerate(formulas):
            value = cells[column] if column < len(cells) else ""
            if isinstance(formula, str) and formula.startswith("=") and formula != value and column not in ours:
                found.setdefault(column, []).append(row)
    for column, rows in sorted(found.items()):
        count = f"{len(rows)} cells hold formulas" if len(rows) > 1 else "a formula stands there"
        header = as_text(values[0][column] or "").strip() if column < len(values[0]) else ""
        where = f"{tab.name}!{rows[0] + 1} {header or f'column {column_letters(column)}'}"
        yield f"{where}: {count}; what they give was exported, not how"


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
