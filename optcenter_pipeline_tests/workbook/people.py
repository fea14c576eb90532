"""People at work in the sheet while the system writes: deterministic, between our look and our write."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.grid import TabGrid, read_grids
from optcenter_pipeline.workbook.workbook import Filled, RangeWrite, Workbook, cell_range


class WatchedWorkbook(Workbook):
    """A workbook where something happens just before or after a write."""

    def __init__(self, inner: Workbook) -> None:
        super().__init__(inner.http, inner.spreadsheet_id)
        self.before_writes: list[Callable[[], None]] = []
        self.after_writes: list[Callable[[], None]] = []
        self.sent: list[Sequence[Mapping[str, Any]]] = []

    def structural_update(self, requests: Sequence[Mapping[str, Any]], *, idempotent: bool) -> list[dict[str, Any]]:
        if self.before_writes:
            self.before_writes.pop(0)()
        self.sent.append(requests)
        replies = super().structural_update(requests, idempotent=idempotent)
        if self.after_writes:
            self.after_writes.pop(0)()
        return replies


def cells_sent(requests: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int, int]]:
    """The cells that a batch writes values into: sheet id, row, column."""
    for request in requests:
        body = request.get("updateCells", {})
        if body.get("fields") == "userEnteredValue":
            start = body["start"]
            for row, line in enumerate(body["rows"], start["rowIndex"]):
                for column in range(start["columnIndex"], start["columnIndex"] + len(line["values"])):
                    yield start["sheetId"], row, column
        area = request.get("repeatCell", {}).get("range")
        if area:
            for row in range(area["startRowIndex"], area["endRowIndex"]):
                for column in range(area["startColumnIndex"], area["endColumnIndex"]):
                    yield area["sheetId"], row, column


class Person:
    """Somebody with a mouse: whole rows move, as in the sheet's own menus."""

    def __init__(self, workbook: Workbook, tab: Tab) -> None:
        self.workbook = workbook
        self.tab = tab
        self.sheet_id = next(sheet.sheet_id for sheet in workbook.sheets() if sheet.title == tab.name)

    def look(self) -> TabGrid:
        return read_grids(self.workbook, [self.tab])[self.tab.name]

    def type(self, row: int, column: int, value: Filled) -> None:
        self.workbook.batch_update([RangeWrite(cell_range(self.tab.name, row, column, row, column), [[value]])])

    def type_named(self, row: int, name: str, value: Filled) -> None:
        self.type(row, self.look().layout.positions[name], value)

    def insert_row(self, row: int, count: int = 1) -> None:
        self._dimension("insertDimension", "ROWS", row, count)

    def delete_row(self, row: int) -> None:
        self._dimension("deleteDimension", "ROWS", row, 1)

    def insert_column(self, column: int) -> None:
        self._dimension("insertDimension", "COLUMNS", column, 1)

    def delete_column(self, column: int) -> None:
        self._dimension("deleteDimension", "COLUMNS", column, 1)

    def shorten_grid(self, rows: int) -> None:
        """Fewer blank rows at the bottom, so that moving rows is quick."""
        self._dimension("deleteDimension", "ROWS", rows, self.look().row_count - rows)

    def sort(self, name: str, *, descending: bool = False) -> None:
        grid = self.look()
        area = {"sheetId": self.sheet_id, "startRowIndex": 1, "startColumnIndex": 0}
        order = "DESCENDING" if descending else "ASCENDING"
        spec = {"dimensionIndex": grid.layout.positions[name], "sortOrder": order}
        self.workbook.structural_update([{"sortRange": {"range": area, "sortSpecs": [spec]}}], idempotent=True)

    def _dimension(self, request: str, dimension: str, start: int, count: int) -> None:
        span = {"sheetId": self.sheet_id, "dimension": dimension, "startIndex": start, "endIndex": start + count}
        body: dict[str, Any] = {"range": span}
        self.workbook.structural_update([{request: body}], idempotent=False)

    def do_something(self, chance: random.Random, sort_column: str) -> None:
        """Sort, insert, delete or take a note somewhere."""
        used = max(2, len(self.look().rows) - 1)
        row = chance.randint(1, used)
        deed = chance.choice(("sort", "sort back", "insert", "insert two", "delete", "note"))
        if deed.startswith("sort"):
            self.sort(sort_column, descending=deed == "sort back")
        elif deed.startswith("insert"):
            self.insert_row(row, 2 if deed.endswith("two") else 1)
        elif deed == "delete":
            self.delete_row(row)
        elif "notes" in self.tab.by_name:
            self.type_named(row, "notes", f"seen {chance.random():.6f}")
