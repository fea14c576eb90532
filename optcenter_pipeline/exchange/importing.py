"""A file's tabs into the workbook: checked whole first, written in one atomic request, looked at afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from optcenter_pipeline.exchange.csv_folder import read_csv_files
from optcenter_pipeline.exchange.date_formats import date_format_requests
from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.import_plan import TabImport
from optcenter_pipeline.exchange.note_import import NoteImport
from optcenter_pipeline.exchange.offered_tabs import Offer, OfferedTab, read_offer
from optcenter_pipeline.exchange.xlsx_reading import read_xlsx
from optcenter_pipeline.workbook.cell_writing import CellMap, rows_to_add
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.grid import TabGrid, read_grids
from optcenter_pipeline.workbook.shared_columns import NOTES
from optcenter_pipeline.workbook.tabs import INPUT_TABS
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.template_requests import runs
from optcenter_pipeline.workbook.workbook import Cell, RangeWrite, SheetInfo, Workbook, cell_range

Part = TabImport | NoteImport


@dataclass(frozen=True)
class ImportedTab:
    """What became of one tab."""

    rows: int
    """Of an input tab its rows in the file, notes to people aside; of an output tab the notes that have a row."""
    cells_written: int
    """0 where the workbook said the same already."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    tabs: Mapping[str, ImportedTab]
    warnings: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    """Tabs that are not as they should be, since somebody edited them at that moment; one line each."""


def import_file(workbook: Workbook, path: Path, *, replace: bool = False) -> ImportReport:
    """Fill the PM-owned columns of the input tabs from a book or from CSV; formulas and statuses are never taken.

    A tab that has rows already is refused unless it says the same or `replace` is given; then the file's rows take
    the place of its own. Notes in output tabs follow their rows. Repeating an import writes nothing.

    Args:
        workbook: where to; tabs and columns that it lacks are added.
        path: `BOOK.xlsx`, a folder of CSV files, or one `TAB.csv`.
        replace: whether rows and notes that differ may be replaced.

    Raises:
        ExchangeError: the file or a cell of it cannot be taken, or a tab is in use; nothing was written.
        OSError: the file cannot be read.
        WorkbookError: the workbook could not be read or written.
    """
    files = read_xlsx(path) if path.is_file() and path.suffix.lower() != ".csv" else read_csv_files(path)
    offer = read_offer(files, path.name)
    wanted = [offered for offered in offer.tabs.values() if _may_be_imported(offered)]
    sheets, grids = _ready(workbook, wanted)
    parts = [_part(offered, grids[offered.tab.name]) for offered in wanted]
    cells = {part.name: part.cells() for part in parts}
    obstacles = [line for part in parts for line in part.obstacles(cells[part.name], replace=replace)]
    if obstacles:
        raise ExchangeError(obstacles)
    remarks = [f"{part.name}: {text}" for part in parts for text in _remarks(part, cells[part.name])]
    changed = {name: planned for name, planned in cells.items() if planned}
    unsure: tuple[str, ...] = ()
    if changed:
        _write(workbook, parts, changed, sheets)
        unsure = _looked_at(workbook, [part.offered for part in parts if part.name in changed])
        # formulas of rows that are used for the first time
        if any(tab.name in changed and tab.owned_by(Owner.FORMULA) for tab in INPUT_TABS):
            init_workbook(workbook)
    counted = {part.name: ImportedTab(part.counted_rows, len(cells[part.name])) for part in parts}
    report = {name: tab for name, tab in counted.items() if tab.rows}
    return ImportReport(report, (*offer.warnings, *_left_out(offer), *remarks), unsure)


def _may_be_imported(offered: OfferedTab) -> bool:
    """Input tabs, and output tabs with notes; never requests, which would be carried out again."""
    return offered.tab in INPUT_TABS or _has_notes(offered)


def _has_notes(offered: OfferedTab) -> bool:
    is_output = all(offered.tab.by_name[name].owner is Owner.SYSTEM for name in offered.tab.key_columns)
    return is_output and NOTES.name in offered.tab.by_name


def _left_out(offer: Offer) -> list[str]:
    """Tabs of ours that a file may have and an import does not take."""
    left = [tab for tab in offer.tabs.values() if not _may_be_imported(tab) and len(tab.file.rows) > 1]
    return [
        f"{tab.tab.name}: not imported, its rows are requests and runs, which are not made by files" for tab in left
    ]


def _part(offered: OfferedTab, grid: TabGrid) -> Part:
    return TabImport(offered, grid) if offered.tab in INPUT_TABS else NoteImport(offered, grid)


def _remarks(part: Part, cells: CellMap) -> list[str]:
    return list(part.remarks(cells) if isinstance(part, TabImport) else part.remarks())


def _ready(workbook: Workbook, wanted: Sequence[OfferedTab]) -> tuple[dict[str, SheetInfo], dict[str, TabGrid]]:
    """The workbook's sheets and the tabs as they stand, with what the template has and they lack added."""
    tabs = [offered.tab for offered in wanted]
    sheets = {sheet.title.casefold(): sheet for sheet in workbook.sheets()}
    present = [tab for tab in tabs if tab.name.casefold() in sheets]
    grids = read_grids(workbook, present)
    lacks = any(
        offered.tab.name not in grids or _lacks_columns(offered, grids[offered.tab.name]) for offered in wanted
    )
    if lacks:
        init_workbook(workbook)
        sheets = {sheet.title.casefold(): sheet for sheet in workbook.sheets()}
        grids = read_grids(workbook, tabs)
    return sheets, grids


def _lacks_columns(offered: OfferedTab, grid: TabGrid) -> bool:
    """Whether the template would add a column that the file fills, or any that the tab cannot do without."""
    there = grid.layout.positions
    return bool(grid.layout.error) or any(name not in there for name in offered.pm_columns)


def _write(
    workbook: Workbook, parts: Sequence[Part], cells: Mapping[str, CellMap], sheets: Mapping[str, SheetInfo]
) -> None:
    """Make room, make dates show as dates, then write all tabs' cells in one request."""
    grids = {part.name: part.grid for part in parts if part.name in cells}
    ids = {name: sheets[name.casefold()].sheet_id for name in grids}
    more = {name: rows_to_add(grid, cells[name]) for name, grid in grids.items()}
    growth = [
        {"appendDimension": {"sheetId": ids[name], "dimension": "ROWS", "length": rows}}
        for name, rows in more.items()
        if rows
    ]
    dates = {
        part.name: {place: moment for place, moment in part.moments().items() if place in cells[part.name]}
        for part in parts
        if isinstance(part, TabImport) and part.name in cells
    }
    formats = date_format_requests(workbook, dates, ids, {name: grid.row_count for name, grid in grids.items()})
    if growth or formats:
        workbook.structural_update([*growth, *formats], idempotent=True)
    workbook.batch_update([write for name, planned in cells.items() for write in _range_writes(name, planned)])


def _range_writes(title: str, cells: CellMap) -> Iterator[RangeWrite]:
    """One range for each run of rows; cells between that need nothing are skipped, not written."""
    first, last = min(column for _, column in cells), max(column for _, column in cells)
    for top, bottom in runs({row for row, _ in cells}):
        values: list[list[Cell]] = [
            [cells.get((row, column)) for column in range(first, last + 1)] for row in range(top, bottom + 1)
        ]
        yield RangeWrite(cell_range(title, top, first, bottom, last), values)


def _looked_at(workbook: Workbook, wanted: Sequence[OfferedTab]) -> tuple[str, ...]:
    """One line for each tab where the cells are not what was written."""
    grids = read_grids(workbook, [offered.tab for offered in wanted])
    lines = []
    for offered in wanted:
        name = offered.tab.name
        if name not in grids:
            lines.append(f"{name}: the tab was removed or renamed at that moment; import again")
            continue
        rows = sorted({row + 1 for row, _ in _part(offered, grids[name]).cells()})
        if rows:
            shown = ", ".join(map(str, rows[:10])) + (" …" if len(rows) > 10 else "")
            lines.append(
                f"{name}: somebody edited the tab at that moment, rows {shown} are not as in the file; "
                "look at them, or import again with --replace"
            )
    return tuple(lines)
