"""What a workbook already has of the template: sheets, headers, notes, drop-downs, protections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optcenter_pipeline.workbook.columns import Column, Tab
from optcenter_pipeline.workbook.grid import TabGrid, grids_of
from optcenter_pipeline.workbook.tabs import ALL_TABS
from optcenter_pipeline.workbook.workbook import SheetInfo, Workbook, whole_sheet

PROTECTION = "system columns"
"""Description of the template's protected ranges, by which they are known again."""

_NEW_ROWS = 1000
_DETAILS = (
    "sheets(properties(sheetId),protectedRanges(description,range),"
    "data(rowData(values(note,dataValidation(condition(type))))))"
)


@dataclass(frozen=True)
class TabState:
    """One tab as it stands, and where its missing columns will stand."""

    tab: Tab
    sheet: SheetInfo
    is_new: bool
    grid: TabGrid
    """With formulas as they were typed; empty for a new tab."""
    noted: frozenset[int] = frozenset()
    """Columns whose header has a note."""
    validated: frozenset[int] = frozenset()
    """Columns with a drop-down, or any other rule, somewhere."""
    protected: frozenset[int] = frozenset()
    """Columns under a protection of ours."""
    problem: str = ""
    """Why the tab is left as it is; empty if it is not."""
    first_free: int = field(default=0)
    """Right of everything that stands in the sheet."""

    @property
    def missing(self) -> tuple[Column, ...]:
        """Columns that the sheet lacks, in canonical order; none where the tab is left as it is."""
        present = self.grid.layout.positions
        return () if self.problem else tuple(c for c in self.tab.columns if c.name not in present)

    @property
    def positions(self) -> dict[str, int]:
        """Column name → place, the missing ones where they will stand."""
        added = {column.name: self.first_free + n for n, column in enumerate(self.missing)}
        return {**self.grid.layout.positions, **added}

    @property
    def last_row(self) -> int:
        """The last row, counted from 0, where a PM typed anything; 0 if there is none."""
        grid = self.grid
        used = (n for n in range(1, len(grid.rows)) if not grid.is_blank_row(n) and not grid.is_note(n))
        return max(used, default=0)

    @property
    def has_data(self) -> bool:
        """Whether anybody typed anything below the header (notes to people aside)."""
        return self.last_row > 0


@dataclass(frozen=True)
class WorkbookState:
    """All tabs of the contract, and the sheet that every new workbook has."""

    tabs: dict[str, TabState]
    leftover: SheetInfo | None
    """The only sheet of a new workbook: empty, and none of ours."""


def read_state(workbook: Workbook) -> WorkbookState:
    """Look at everything that the template would add; two or three reads."""
    sheets = {sheet.title.casefold(): sheet for sheet in workbook.sheets()}
    present = [tab for tab in ALL_TABS if tab.name.casefold() in sheets]
    lone = next(iter(sheets.values())) if len(sheets) == 1 and not present else None
    titles = [tab.name for tab in present] + ([lone.title] if lone else [])
    blocks = workbook.batch_get([whole_sheet(title) for title in titles], render="FORMULA")
    grids = grids_of(present, blocks[: len(present)], "FORMULA")
    details = _details(workbook, present)
    taken = {sheet.sheet_id for sheet in sheets.values()}
    free_ids = (number for number in range(101, 101 + len(ALL_TABS) + len(taken)) if number not in taken)
    states: dict[str, TabState] = {}
    for tab in ALL_TABS:
        if tab.name in grids:
            sheet = sheets[tab.name.casefold()]
            states[tab.name] = _existing(tab, sheet, grids[tab.name], details.get(sheet.sheet_id, {}))
        else:
            sheet = SheetInfo(next(free_ids), tab.name, _NEW_ROWS, len(tab.columns), 1)
            states[tab.name] = TabState(tab, sheet, True, TabGrid(tab, [], _NEW_ROWS, len(tab.columns)))
    return WorkbookState(states, lone if lone and not blocks[-1].rows else None)


def _details(workbook: Workbook, present: list[Tab]) -> dict[int, Mapping[str, Any]]:
    """Notes, rules and protections of the sheets that are there, by sheet id."""
    if not present:
        return {}
    document = workbook.metadata(_DETAILS, [whole_sheet(tab.name) for tab in present])
    return {sheet["properties"].get("sheetId", 0): sheet for sheet in document.get("sheets", ())}


def _existing(tab: Tab, sheet: SheetInfo, grid: TabGrid, details: Mapping[str, Any]) -> TabState:
    """A tab that is there, with what it has."""
    noted, validated = set(), set()
    for block in details.get("data", ()):
        for number, row in enumerate(block.get("rowData", ())):
            for column, cell in enumerate(row.get("values", ())):
                if number == 0 and cell.get("note"):
                    noted.add(column)
                if cell.get("dataValidation"):
                    validated.add(column)
    protected = set()
    for protection in details.get("protectedRanges", ()):
        area = protection.get("range", {})
        if protection.get("description") == PROTECTION:
            end = area.get("endColumnIndex", sheet.column_count)
            protected |= set(range(area.get("startColumnIndex", 0), end))
    width = max((len(row) for row in grid.rows), default=0)
    return TabState(
        tab,
        sheet,
        False,
        grid,
        frozenset(noted),
        frozenset(validated),
        frozenset(protected),
        _problem(grid),
        width,
    )


def _problem(grid: TabGrid) -> str:
    """Why a tab should be left alone: it is not ours to complete."""
    if not grid.rows or grid.layout.positions:
        twice = grid.layout.error if "stands twice" in grid.layout.error else ""
        return f"{grid.tab.name}: {twice}" if twice else ""
    return (
        f"{grid.tab.name}: row 1 has none of its headers, but there are cells with content; left as it is. "
        "Rename that tab, or move its content, then run this again."
    )
