"""The tab Actions as it stands: found wherever people have put it, in one read where it is where it was."""

from dataclasses import dataclass, replace

from optcenter_pipeline.rows.raw import CellValue
from optcenter_pipeline.workbook.coercion import as_text, coerce
from optcenter_pipeline.workbook.columns import Kind, Tab
from optcenter_pipeline.workbook.errors import WorkbookRefusedError
from optcenter_pipeline.workbook.full_look import look_at_grids
from optcenter_pipeline.workbook.grid import TabGrid
from optcenter_pipeline.workbook.layout import read_layout
from optcenter_pipeline.workbook.tabs import ACTIONS
from optcenter_pipeline.workbook.workbook import SheetInfo, Workbook, whole_sheet

_TELLING = ("request_id", "action", "status")
"""Headers by which the tab is known under another name."""


@dataclass(frozen=True)
class ActionsPlace:
    """Where the tab was found: people rename it, and make it anew."""

    sheet_id: int | None = None
    title: str = ACTIONS.name


def actions_tab(title: str) -> Tab:
    """The tab's columns, under the title that it has in the sheet."""
    return ACTIONS if title == ACTIONS.name else replace(ACTIONS, name=title)


def place_of(grid: TabGrid) -> ActionsPlace:
    """Where a full look found the tab."""
    return ActionsPlace(grid.details.sheet_id if grid.details else None, grid.tab.name)


def look_at_actions(workbook: Workbook, place: ActionsPlace, *, search: bool = False) -> TabGrid:
    """The tab as it stands, with its formulas: one read where it is where it was.

    Where no usable tab has the known title any more it is looked for: by the name Actions, by the sheet that it
    was, by its headers.

    Args:
        workbook: where it stands.
        place: where it was found last.
        search: look for it even if a usable tab has the known title.

    Returns:
        Its cells; its `tab` is `ACTIONS` under the title that it has in the sheet.

    Raises:
        WorkbookRefusedError: there is no such tab, or its header row cannot be understood; with what to do.
        WorkbookError: the workbook could not be read.
    """
    known = actions_tab(place.title)
    grid = None if search else look_at_grids(workbook, [known]).get(known.name)
    if grid is not None and not grid.layout.error:
        return grid
    found = _found(workbook, place)
    if found is not None:
        grid = look_at_grids(workbook, [found]).get(found.name, grid)
    if grid is None:
        raise WorkbookRefusedError(
            f"the workbook has no tab {ACTIONS.name}, nor another with its headers {', '.join(_TELLING)}, …; "
            "run `optcenter workbook init` to add it"
        )
    if grid.layout.error:
        raise WorkbookRefusedError(f"{grid.tab.name}: {grid.layout.error}")
    return grid


def _found(workbook: Workbook, place: ActionsPlace) -> Tab | None:
    """The tab by now; None where no tab has its headers."""
    sheets = workbook.sheets()
    headers = workbook.batch_get([f"{whole_sheet(sheet.title)}!1:1" for sheet in sheets])
    usable = []
    for sheet, block in zip(sheets, headers, strict=True):
        layout = read_layout(ACTIONS, block.rows[0] if block.rows else ())
        if not layout.error and set(_TELLING) <= set(layout.positions):
            usable.append(sheet)

    def order(sheet: SheetInfo) -> tuple[bool, bool]:
        return sheet.title.casefold() != ACTIONS.name.casefold(), sheet.sheet_id != place.sheet_id

    return actions_tab(min(usable, key=order).title) if usable else None


def request_id_of(grid: TabGrid, row: int) -> str:
    """The row's request_id; empty where there is none."""
    return as_text(grid.named(row, "request_id")).strip()


def request_rows(grid: TabGrid) -> list[int]:
    """The rows that ask for something, as the grid counts them."""
    return [r for r in range(1, len(grid.rows)) if not grid.is_note(r) and not grid.is_blank_row(r)]


def request_cells(grid: TabGrid, row: int) -> dict[str, CellValue]:
    """The row's PM-owned cells that are not blank, coerced, by column; `scope_keys` may be a JSON list."""
    kinds = grid.tab.by_name
    cells = {name: coerce(cell, kinds[name].kind) for name, cell in grid.pm_cells(row)}
    keys = as_text(grid.named(row, "scope_keys")).strip()
    if keys.startswith("[") and isinstance(listed := coerce(keys, Kind.JSON), list):
        cells["scope_keys"] = listed
    return cells
