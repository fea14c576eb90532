"""Somebody else at work in the workbook, over a connection of their own, who remembers all that they did."""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optcenter_pipeline.workbook.columns import Owner, Tab
from optcenter_pipeline.workbook.grid import TabGrid, is_blank, read_grids
from optcenter_pipeline.workbook.workbook import Cell, Filled, RangeWrite, Workbook, cell_range

Cells = dict[str, Filled]
"""A row's filled cells that people own, by header."""


@dataclass(eq=False)
class Row:
    """One row of an input tab or of Actions, wherever it is moved."""

    cells: Cells
    earlier: list[Cells] = field(default_factory=list)
    """What it held before."""
    changed_at: float = 0.0
    """When it was last typed into."""


@dataclass
class Sheet:
    """One tab as the second client knows it."""

    tab: Tab
    sheet_id: int
    headers: list[str]
    """As they stand; `""` where there is none."""
    rows: list[Row]
    """Below the header. Output tabs: empty, since the system adds rows there."""
    notes: dict[tuple[str, ...], Filled] = field(default_factory=dict)
    """Of output tabs: key → what was noted beside it."""
    deleted: dict[tuple[str, ...], float] = field(default_factory=dict)
    """Of output tabs: key → when its row was deleted."""
    order_changed_at: float = 0.0
    """When rows were last added, taken away or moved: of equal rows another may be the first since."""

    @property
    def is_output(self) -> bool:
        """Whether the system adds its rows."""
        return all(self.tab.by_name[name].owner is Owner.SYSTEM for name in self.tab.key_columns)

    def copies(self, row: Row) -> int:
        """Other rows of equal content."""
        return sum(other.cells == row.cells for other in self.rows) - 1

    @property
    def own_headers(self) -> set[str]:
        """Headers of columns that people own, their own inventions included."""
        columns = self.tab.by_name
        return {h for h in self.headers if h and (h not in columns or columns[h].owner is Owner.PM)}


class SecondClient:
    """Inserts, deletes, sorts, edits, copies, hides and filters rows, and adds and removes columns if asked to."""

    def __init__(
        self, workbook: Workbook, tabs: Sequence[Tab], chance: random.Random, *, moves_columns: bool
    ) -> None:
        self.workbook = workbook
        self.moves_columns = moves_columns
        self.chance = chance
        self.deeds: Counter[str] = Counter()
        self.log: list[tuple[float, float, str]] = []
        """Start, end and name of every deed."""
        self.violations: list[str] = []
        """What was not as this client had left it."""
        self.is_working = False
        self._hurried, self._acted = threading.Event(), threading.Event()
        self._typed = 0
        ids = {sheet.title: sheet.sheet_id for sheet in workbook.sheets()}
        grids = read_grids(workbook, tabs)
        self.sheets = {tab.name: self._sheet(tab, ids[tab.name], grids[tab.name]) for tab in tabs}

    def _sheet(self, tab: Tab, sheet_id: int, grid: TabGrid) -> Sheet:
        headers = [str(grid.value(0, column)) for column in range(len(grid.rows[0]))]
        sheet = Sheet(tab, sheet_id, headers, [])
        if not sheet.is_output:
            sheet.rows = [Row(cells) for cells in own_cells(sheet, grid)]
        return sheet

    def work(self, names: Sequence[str], deeds: int, pause: float, done: threading.Event) -> None:
        """Work on these tabs until all is done: so many deeds, each after a pause, and others where hurried."""
        self.is_working = True
        try:
            while not done.is_set():
                is_hurried = self._hurried.wait(self.chance.uniform(pause / 4, pause))
                if is_hurried or (deeds > 0 and not done.is_set()):
                    deeds -= not is_hurried
                    self.deed(self.sheets[self.chance.choice(list(names))])
                if is_hurried:
                    self._hurried.clear()
                    self._acted.set()
        finally:
            self.is_working = False
            self._acted.set()

    def hurry(self) -> None:
        """From another thread: let the next deed be done now, and come back when it is."""
        if self.is_working:
            self._acted.clear()
            self._hurried.set()
            self._acted.wait(5.0)

    def retype(self, rows: int) -> None:
        """Type a note into so many rows, so that a save has something to say of each; one request."""
        writes = []
        for sheet in self.sheets.values():
            filled = [number for number, row in enumerate(sheet.rows) if row.cells]
            column = sheet.headers.index("notes") if "notes" in sheet.headers and not sheet.is_output else -1
            for place in self.chance.sample(filled, min(rows, len(filled))) if column >= 0 else ():
                text = f"note {self._number()}"
                area = cell_range(sheet.tab.name, place + 1, column, place + 1, column)
                writes.append(RangeWrite(area, [[text]]))
                self._now_says(sheet.rows[place], "notes", text)
        self.workbook.batch_update(writes)

    def empty(self, sheet: Sheet) -> None:
        """Take all rows of an output tab away, and as many blank ones in."""
        used = len(self._look(sheet).rows)
        if used > 1:
            self._dimension("deleteDimension", sheet, "ROWS", 1, used - 1)
            add = {"sheetId": sheet.sheet_id, "dimension": "ROWS", "length": used - 1}
            self._request({"appendDimension": add})
        sheet.notes.clear()
        sheet.deleted.clear()

    def deed(self, sheet: Sheet) -> None:
        """Do something to a tab."""
        kinds = {
            "insert": 4,
            "delete": 3,
            "sort": 6,
            "note": 3,
            "hide": 1,
            "filter": 1,
            "column": self.moves_columns,
        }
        if not sheet.is_output:
            kinds |= {"edit": 4, "copy": 1, "type": 1}
        if len(sheet.rows) > 45 and not sheet.is_output:
            kinds |= {"insert": 1, "copy": 0, "delete": 8}
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        began = time.monotonic()
        if getattr(self, f"_{kind}")(sheet) is not False:
            self.deeds[kind] += 1
            self.log.append((began, time.monotonic(), f"{kind} {sheet.tab.name}"))

    def _insert(self, sheet: Sheet) -> None:
        at = self.chance.randint(1, self._used(sheet) + 1)
        count = self.chance.randint(1, 2)
        self._dimension("insertDimension", sheet, "ROWS", at, count)
        if not sheet.is_output and at <= len(sheet.rows):
            sheet.rows[at - 1 : at - 1] = [Row({}) for _ in range(count)]
        sheet.order_changed_at = time.monotonic()

    def _delete(self, sheet: Sheet) -> bool:
        if sheet.is_output:
            grid = self._look(sheet)
            rows = [row for row in range(1, len(grid.rows)) if all(key_of(grid, row))]
            if len(rows) < 12:
                return False
            row = self.chance.choice(rows)
            key = key_of(grid, row)
            sheet.deleted[key] = time.monotonic()
            sheet.notes.pop(key, None)
        else:
            if len(sheet.rows) < 8:
                return False
            row = self.chance.randint(1, len(sheet.rows))
            sheet.rows.pop(row - 1)
        self._dimension("deleteDimension", sheet, "ROWS", row, 1)
        sheet.order_changed_at = time.monotonic()
        return True

    def _sort(self, sheet: Sheet) -> None:
        names = [*sheet.own_headers, "run_status", *sheet.tab.key_columns]
        area = {"sheetId": sheet.sheet_id, "startRowIndex": 1, "startColumnIndex": 0}
        spec = {
            "dimensionIndex": sheet.headers.index(self.chance.choice(sorted(set(names) & set(sheet.headers)))),
            "sortOrder": self.chance.choice(("ASCENDING", "DESCENDING")),
        }
        self._request({"sortRange": {"range": area, "sortSpecs": [spec]}})
        sheet.order_changed_at = time.monotonic()
        if not sheet.is_output:
            self.reorder(sheet, self._look(sheet))

    def reorder(self, sheet: Sheet, grid: TabGrid) -> None:
        """Take over the order that a sort has made; the rows must be those that were there."""
        known: dict[str, list[Row]] = {}
        for row in sheet.rows:
            known.setdefault(_text(row.cells), []).append(row)
        found = own_cells(sheet, grid)
        rows = []
        for cells in found:
            same = known.get(_text(cells))
            if same:
                rows.append(same.pop(0))
            elif cells:
                self.violations.append(f"{sheet.tab.name}: {cells} was never typed")
                rows.append(Row(cells))
            else:
                rows.append(Row({}))
        lost = [row.cells for left in known.values() for row in left if row.cells]
        self.violations += [f"{sheet.tab.name}: {cells} is not there any more" for cells in lost]
        sheet.rows = rows

    def _note(self, sheet: Sheet) -> bool:
        if not sheet.is_output:
            return self._change(sheet, "notes", f"note {self._number()}")
        if "notes" not in sheet.headers:
            return False
        grid = self._look(sheet)
        rows = [row for row in range(1, len(grid.rows)) if all(key_of(grid, row))]
        if not rows:
            return False
        row, text = self.chance.choice(rows), f"note {self._number()}"
        self._write(sheet, row, {"notes": text})
        sheet.notes[key_of(grid, row)] = text
        return True

    def _edit(self, sheet: Sheet) -> bool:
        number = self._number()
        name = self.chance.choice(sorted(sheet.own_headers - {"notes", "request_id"}))
        return self._change(sheet, name, self.chance.choice((f"edited {number}", number, "")))

    def _change(self, sheet: Sheet, name: str, value: Filled) -> bool:
        rows = [number for number, row in enumerate(sheet.rows) if row.cells]
        if not rows or name not in sheet.headers:
            return False
        place = self.chance.choice(rows)
        self._write(sheet, place + 1, {name: value})
        self._now_says(sheet.rows[place], name, value)
        return True

    def _now_says(self, row: Row, name: str, value: Filled) -> None:
        row.earlier.append(row.cells)
        row.cells = {key: cell for key, cell in {**row.cells, name: value}.items() if not is_blank(cell)}
        row.changed_at = time.monotonic()

    def _copy(self, sheet: Sheet) -> bool:
        """The same row once more, right above: two of equal content."""
        rows = [number for number, row in enumerate(sheet.rows) if row.cells]
        if not rows:
            return False
        place = self.chance.choice(rows)
        self._dimension("insertDimension", sheet, "ROWS", place + 1, 1)
        sheet.rows.insert(place, Row({}))
        self._write(sheet, place + 1, sheet.rows[place + 1].cells)
        sheet.rows[place] = Row(dict(sheet.rows[place + 1].cells), changed_at=time.monotonic())
        sheet.order_changed_at = time.monotonic()
        return True

    def _type(self, sheet: Sheet) -> bool:
        """A new row, in a row that is blank."""
        blank = [number for number, row in enumerate(sheet.rows) if not row.cells]
        if not blank:
            return False
        place, number = self.chance.choice(blank), self._number()
        names = sorted(sheet.own_headers & {"notes", "engineering_tokens", "target_value", *sheet.tab.key_columns})
        cells: Cells = {name: f"typed {number} {name}" for name in names}
        self._write(sheet, place + 1, cells)
        sheet.rows[place] = Row(cells, changed_at=time.monotonic())
        sheet.order_changed_at = time.monotonic()
        return True

    def _column(self, sheet: Sheet) -> None:
        """A column of their own, inserted somewhere; or taken away again."""
        own = [place for place, header in enumerate(sheet.headers) if header.startswith("My column")]
        if own:
            self._dimension("deleteDimension", sheet, "COLUMNS", own[0], 1)
            header = sheet.headers.pop(own[0])
            for row in sheet.rows:
                row.cells.pop(header, None)
            return
        place = self.chance.randint(1, len(sheet.headers))
        self._dimension("insertDimension", sheet, "COLUMNS", place, 1)
        sheet.headers.insert(place, "")
        header = f"My column {self._number()}"
        self._put(cell_range(sheet.tab.name, 0, place, 0, place), [[header]])
        sheet.headers[place] = header

    def _hide(self, sheet: Sheet) -> None:
        place = self.chance.randint(1, 10)
        span = {"sheetId": sheet.sheet_id, "dimension": "ROWS", "startIndex": place, "endIndex": place + 3}
        properties = {"hiddenByUser": self.chance.random() < 0.5}
        self._request(
            {"updateDimensionProperties": {"range": span, "properties": properties, "fields": "hiddenByUser"}}
        )

    def _filter(self, sheet: Sheet) -> None:
        area = {"sheetId": sheet.sheet_id, "startRowIndex": 0, "startColumnIndex": 0}
        if self.chance.random() < 0.5:
            self._request({"setBasicFilter": {"filter": {"range": area}}})
        else:
            self._request({"clearBasicFilter": {"sheetId": sheet.sheet_id}})

    def _used(self, sheet: Sheet) -> int:
        return len(self._look(sheet).rows) - 1 if sheet.is_output else len(sheet.rows)

    def _look(self, sheet: Sheet) -> TabGrid:
        return read_grids(self.workbook, [sheet.tab])[sheet.tab.name]

    def _number(self) -> int:
        self._typed += 1
        return 10_000 + self._typed

    def _write(self, sheet: Sheet, row: int, cells: Mapping[str, Filled]) -> None:
        values: list[Cell] = [cells.get(header) for header in sheet.headers]
        self._put(cell_range(sheet.tab.name, row, 0, row, len(values) - 1), [values])

    def _put(self, area: str, values: list[list[Cell]]) -> None:
        self.workbook.batch_update([RangeWrite(area, values)])

    def _dimension(self, request: str, sheet: Sheet, dimension: str, start: int, count: int) -> None:
        span = {"sheetId": sheet.sheet_id, "dimension": dimension, "startIndex": start, "endIndex": start + count}
        # what is inserted after the last column can only be like the one before it
        inherits = {"inheritFromBefore": True} if (request, dimension) == ("insertDimension", "COLUMNS") else {}
        self._request({request: {"range": span, **inherits}})

    def _request(self, request: dict[str, Any]) -> None:
        self.workbook.structural_update([request], idempotent=False)


def own_cells(sheet: Sheet, grid: TabGrid) -> list[Cells]:
    """The cells of every row that people own, by header, as they stand; blank rows at the end dropped."""
    own = sheet.own_headers
    places = {column: header for column, header in enumerate(sheet.headers) if header in own}
    rows = []
    for row in range(1, len(grid.rows)):
        cells = {header: grid.value(row, column) for column, header in places.items()}
        rows.append({header: cell for header, cell in cells.items() if not is_blank(cell)})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def key_of(grid: TabGrid, row: int) -> tuple[str, ...]:
    """An output row's key; line 1 and 1.0 are one."""
    cells = (grid.named(row, name) for name in grid.tab.key_columns)
    return tuple(f"{cell:g}" if isinstance(cell, int | float) else cell for cell in cells)


def _text(cells: Cells) -> str:
    return repr(sorted(cells.items()))
