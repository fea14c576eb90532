"""A look at tabs that sees more than values: formulas, notes on the header, and the sheets' ids, in one read."""

from collections.abc import Iterable, Mapping
from typing import Any

from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.grid import Details, Formula, TabGrid, of_tabs_that_are_there
from optcenter_pipeline.workbook.storable import storable
from optcenter_pipeline.workbook.workbook import Cell, Workbook, whole_sheet

_FIELDS = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "data(startRow,startColumn,rowData(values(userEnteredValue,effectiveValue,note))))"
)
_ERROR_TEXTS = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}


def look_at_grids(workbook: Workbook, tabs: Iterable[Tab]) -> dict[str, TabGrid]:
    """Look at whole tabs in one request; a tab that the workbook does not have is not in the answer.

    The values are those that `read_grids` gives. One read where every tab is there; two more where one is missing.
    """

    def read(wanted: list[Tab]) -> dict[str, TabGrid]:
        if not wanted:
            return {}
        document = workbook.metadata(_FIELDS, [whole_sheet(tab.name) for tab in wanted])
        sheets = {sheet["properties"]["title"].casefold(): sheet for sheet in document.get("sheets", ())}
        return {tab.name: _grid(tab, sheets[tab.name.casefold()]) for tab in wanted}

    return of_tabs_that_are_there(workbook, tabs, read)


def _grid(tab: Tab, sheet: Mapping[str, Any]) -> TabGrid:
    """A tab from a `Sheet` in Google's shape."""
    rows: list[list[Cell]] = []
    formulas: dict[tuple[int, int], Formula] = {}
    notes: dict[int, str] = {}
    for block in sheet.get("data", ()):
        for number, row in enumerate(block.get("rowData", ())):
            cells: list[Cell] = []
            for column, cell in enumerate(row.get("values", ())):
                shown, typed = cell.get("effectiveValue"), cell.get("userEnteredValue")
                if shown or typed:  # a formula may show nothing, and still fill its cell
                    while len(cells) < column:
                        cells.append("")
                    cells.append(_value(shown) if shown else "")
                if typed is None and shown:
                    formulas[number, column] = Formula("")
                elif typed is not None and "formulaValue" in typed:
                    formulas[number, column] = Formula(typed["formulaValue"])
                if number == 0 and cell.get("note"):
                    notes[column] = cell["note"]
            rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    properties = sheet["properties"]
    size = properties["gridProperties"]
    details = Details(properties.get("sheetId", 0), formulas, notes)
    return TabGrid(tab, rows, size["rowCount"], size["columnCount"], details=details)


def _value(shown: Mapping[str, Any]) -> Cell:
    """An `ExtendedValue` as unformatted reading gives it."""
    ((kind, value),) = shown.items()
    if kind == "errorValue":
        return _ERROR_TEXTS.get(value.get("type", ""), "#ERROR!")
    return storable(value) if isinstance(value, str) else value
