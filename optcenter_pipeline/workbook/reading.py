"""Reading tabs into raw rows (workbook.md, *Reading*)."""

from collections.abc import Iterable, Mapping

from optcenter_pipeline.rows.messages import NOT_READ
from optcenter_pipeline.rows.raw import RawRow, RawTab
from optcenter_pipeline.workbook.coercion import coerce
from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.grid import TabGrid, is_blank, read_grids
from optcenter_pipeline.workbook.workbook import Workbook, column_letters

BLANK_ROWS_THAT_END_A_TAB = 50


def read_tabs(
    workbook: Workbook, tabs: Iterable[Tab], *, blank_rows: int = BLANK_ROWS_THAT_END_A_TAB
) -> dict[str, RawTab]:
    """Read tabs in one request, all at the same moment.

    Args:
        workbook: where they stand.
        tabs: which ones, e.g. `INPUT_TABS`.
        blank_rows: so many blank rows in a run end a tab; 1 or more.

    Returns:
        Tab name → its rows, or why it could not be read; one entry for each tab asked for.

    Raises:
        ValueError: blank_rows is below 1: a mistake of the caller.
        WorkbookError: the workbook could not be read at all.
    """
    if blank_rows < 1:
        raise ValueError(f"blank_rows is {blank_rows}; a tab ends after 1 blank row or more")
    wanted = list(tabs)
    return raw_tabs_of(read_grids(workbook, wanted), wanted, blank_rows)


def raw_tabs_of(grids: Mapping[str, TabGrid], tabs: Iterable[Tab], blank_rows: int) -> dict[str, RawTab]:
    """Tab name → its rows, or why it could not be read; one entry for each tab asked for."""
    return {
        tab.name: raw_tab(grids[tab.name], blank_rows) if tab.name in grids else _no_such_tab(tab) for tab in tabs
    }


def raw_tab(grid: TabGrid, blank_rows: int = BLANK_ROWS_THAT_END_A_TAB) -> RawTab:
    """One tab's rows, coerced and not judged."""
    name = grid.tab.name
    warnings = _unknown_columns(grid)
    if grid.layout.error:
        return RawTab(tab=name, errors=(grid.layout.error,), warnings=warnings)
    end = _end_of_data(grid, blank_rows)
    rows = [_raw_row(grid, row) for row in range(1, end) if not grid.is_note(row) and not grid.is_blank_row(row)]
    return RawTab(
        tab=name,
        columns=tuple(grid.layout.positions),
        rows=tuple(rows),
        warnings=(*warnings, *_below_the_cut(grid, end, blank_rows)),
    )


def _raw_row(grid: TabGrid, row: int) -> RawRow:
    kinds = grid.tab.by_name
    cells = {name: coerce(cell, kinds[name].kind) for name, cell in grid.pm_cells(row)}
    return RawRow(row + 1, cells, grid.content_hash(row))


def _end_of_data(grid: TabGrid, blank_rows: int) -> int:
    """The row where a run of so many blank rows begins, or the number of rows."""
    run = 0
    for row in range(1, len(grid.rows)):
        run = run + 1 if grid.is_blank_row(row) and not grid.is_note(row) else 0
        if run >= blank_rows:
            return row - run + 1
    return len(grid.rows)


def _below_the_cut(grid: TabGrid, end: int, blank_rows: int) -> tuple[str, ...]:
    """A warning that names the first row that was not read, if there is one."""
    for row in range(end, len(grid.rows)):
        if not grid.is_blank_row(row) and not grid.is_note(row):
            return (
                f"rows from {row + 1} on {NOT_READ}: reading stops after {blank_rows} blank rows, "
                f"and rows {end + 1} to {row} are blank; move the data up",
            )
    return ()


def _unknown_columns(grid: TabGrid) -> tuple[str, ...]:
    """One warning that names the columns that are not ours."""
    names = [repr(header) for header in grid.layout.unknown]
    header = grid.rows[0] if grid.rows else []
    width = max((len(row) for row in grid.rows), default=0)
    for column in range(width):
        without_header = column >= len(header) or is_blank(header[column])
        if without_header and any(not is_blank(grid.value(row, column)) for row in range(1, len(grid.rows))):
            names.append(f"column {column_letters(column)}, which has no header")
    if not names:
        return ()
    return (f"left alone, not a column of {grid.tab.name}: {', '.join(names)}",)


def _no_such_tab(tab: Tab) -> RawTab:
    text = f"the workbook has no tab named {tab.name}; run `optcenter workbook init` to add it"
    return RawTab(tab=tab.name, errors=(text,))
