"""The workbook's tabs with all that stands in them, as they go into a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.file_cells import FileCell, Moment, header_name, place, sheet_value
from optcenter_pipeline.workbook.coercion import as_text
from optcenter_pipeline.workbook.columns import Owner, Tab
from optcenter_pipeline.workbook.full_look import cell_value
from optcenter_pipeline.workbook.layout import Layout, read_layout
from optcenter_pipeline.workbook.tabs import ALL_TABS
from optcenter_pipeline.workbook.workbook import Workbook, whole_sheet

_FIELDS = (
    "sheets(properties(title),"
    "data(rowData(values(effectiveValue,userEnteredValue(formulaValue),effectiveFormat(numberFormat(type))))))"
)
_SHOW_DATES = frozenset({"DATE", "DATE_TIME", "TIME"})


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
    """Read everything as it stands at one moment; two reads.

    Raises:
        ExchangeError: the workbook has none of the tabs.
        WorkbookError: the workbook could not be read.
    """
    by_title = {tab.name.casefold(): tab for tab in ALL_TABS}
    titles = [sheet.title for sheet in workbook.sheets()]
    ours = [title for title in titles if title.casefold() in by_title]
    if not ours:
        raise ExchangeError(["the workbook has none of the planning tabs; run `optcenter workbook init` first"])
    warnings = [f"{title}: not exported, it is none of the planning tabs" for title in titles if title not in ours]
    document = workbook.metadata(_FIELDS, [whole_sheet(title) for title in ours])
    tabs = []
    for sheet in document["sheets"]:
        copy, formulas = _tab_copy(by_title[sheet["properties"]["title"].casefold()], sheet)
        tabs.append(copy)
        warnings += _formulas_of_people(copy, formulas)
    return WorkbookCopy(tuple(tabs), tuple(warnings))


def _tab_copy(tab: Tab, sheet: Mapping[str, Any]) -> tuple[TabCopy, dict[int, list[int]]]:
    """A tab from a `Sheet` in Google's shape, and where its formulas stand: column → rows."""
    rows: list[list[FileCell]] = []
    formulas: dict[int, list[int]] = {}
    for number, row in enumerate(data for block in sheet.get("data", ()) for data in block.get("rowData", ())):
        cells = []
        for column, cell in enumerate(row.get("values", ())):
            cells.append(_file_cell(cell))
            if "formulaValue" in cell.get("userEnteredValue", ()):
                formulas.setdefault(column, []).append(number)
        while cells and cells[-1] == "":
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    layout = read_layout(tab, [as_text(sheet_value(cell)) for cell in (rows[0] if rows else ())])
    return TabCopy(tab, rows, layout), formulas


def _file_cell(cell: Mapping[str, Any]) -> FileCell:
    """A `CellData` as a file holds it."""
    shown = cell.get("effectiveValue")
    value = cell_value(shown) if shown else None
    if value is None:
        return ""
    number_format = cell.get("effectiveFormat", {}).get("numberFormat", {}).get("type")
    if isinstance(value, int | float) and not isinstance(value, bool) and number_format in _SHOW_DATES:
        return Moment(value)
    return value


def _formulas_of_people(copy: TabCopy, formulas: Mapping[int, list[int]]) -> Iterator[str]:
    """A warning a column that people fill by formulas: a file gets what they give."""
    places = copy.layout.positions
    ours = {places[name] for name in copy.tab.owned_by(Owner.FORMULA) if name in places}
    for column, rows in sorted(formulas.items()):
        if column not in ours:
            count = f"{len(rows)} cells hold formulas" if len(rows) > 1 else "a formula stands there"
            where = place(copy.tab.name, rows[0], header_name(copy.rows, column))
            yield f"{where}: {count}; what they give was exported, not how"
