"""The ``spreadsheets.values`` methods on an open spreadsheet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .a1 import CellRange, column_letters, format_range
from .cell import Cell, check_length
from .errors import InvalidArgumentError
from .formulas.calculation import Calculation
from .rendering import RenderOptions, render
from .sheet import Sheet
from .spreadsheet import Spreadsheet
from .typed_input import TypedInput, parse_typed
from .value_lines import Lines


def read_range(
    calculation: Calculation, sheet: Sheet, area: CellRange, options: RenderOptions, dimension: str = "ROWS"
) -> dict[str, Any]:
    """Give a ``ValueRange``: trailing empty cells and rows dropped, the range clipped to the grid."""
    clipped = sheet.check_inside(area, whole=False)
    answer: dict[str, Any] = {"range": format_range(sheet.title, clipped), "majorDimension": dimension}
    lines: list[list[Any]] = []
    start, end = clipped.start_column, clipped.closed_end_column
    for index, row in sheet.rows(clipped.start_row, clipped.closed_end_row).items():
        line: list[Any] = []
        for column in sorted(row):
            cell = row[column]
            if start <= column < end and cell.has_content:
                while len(line) < column - start:
                    line.append("")
                if (
                    type(cell.value) is str and cell.formula is None
                ):  # most cells: shown as it is, however it is asked
                    line.append(cell.value)
                    continue
                # most cells have no format: do not look for one
                number_format = sheet.format_of(cell).get("numberFormat") if cell.format_key else None
                value = calculation.value(sheet, index, column, cell)
                line.append(render(cell, value, number_format, options))
        if line:
            lines.extend([] for _ in range(index - clipped.start_row - len(lines)))
            lines.append(line)
    if dimension == "COLUMNS":
        lines = _transposed(lines)
    if lines:
        answer["values"] = lines
    return answer


def _transposed(lines: list[list[Any]]) -> list[list[Any]]:
    """Swap rows and columns of ragged lines; each new line ends at its last cell that is filled."""
    columns: list[list[Any]] = [[] for _ in range(max(map(len, lines), default=0))]
    for position, line in enumerate(lines):
        for column, value in enumerate(line):
            if value != "":
                columns[column].extend([""] * (position - len(columns[column])))
                columns[column].append(value)
    return columns


class RangeWriter:
    """Writes ``ValueRange`` bodies into a spreadsheet and counts as Google counts.

    Args:
        spreadsheet: what is written to; the caller saves it.
        input_option: ``RAW`` or ``USER_ENTERED``.
    """

    def __init__(self, spreadsheet: Spreadsheet, input_option: str) -> None:
        self._spreadsheet = spreadsheet
        self._typed = input_option == "USER_ENTERED"
        self._today = datetime.now(UTC).replace(tzinfo=None)
        self._rows: set[tuple[int, int]] = set()
        self._columns: set[tuple[int, int]] = set()
        self._cells = 0

    def totals(self) -> dict[str, int]:
        """Count what all writes together touched: a row or column written twice counts once."""
        counts = {
            "totalUpdatedRows": len(self._rows),
            "totalUpdatedColumns": len(self._columns),
            "totalUpdatedCells": self._cells,
            "totalUpdatedSheets": len({sheet_id for sheet_id, _ in self._rows}),
        }
        return {name: number for name, number in counts.items() if number}

    def write(self, sheet: Sheet, area: CellRange, lines: Lines) -> dict[str, Any]:
        """Write values from the range's first cell on.

        None skips a cell and the empty text clears it; both rules are Google's. Counts are of non-null cells.

        Args:
            sheet: where to write.
            area: the range asked for; values must fit into it unless it is a single cell.
            lines: rows of cell values, see `value_lines`.

        Returns:
            An ``UpdateValuesResponse`` without ``updatedData``.

        Raises:
            InvalidArgumentError: where the values do not fit into the range or the grid, or one into a cell.
        """
        target = sheet.check_inside(area, whole=True)
        width = max(map(len, lines), default=0)
        written = CellRange(
            area.start_row, area.start_column, area.start_row + len(lines), area.start_column + width
        )
        self._check_fits(sheet, area, target, written, lines)
        sheet.prepare(written)
        rows: set[int] = set()
        columns: set[int] = set()
        count = 0
        for row, line in enumerate(lines, start=area.start_row):
            for column, value in enumerate(line, start=area.start_column):
                if value is None:
                    continue
                self._write_cell(sheet, row, column, value)
                rows.add(row)
                columns.add(column)
                count += 1
        self._rows.update((sheet.sheet_id, row) for row in rows)
        self._columns.update((sheet.sheet_id, column) for column in columns)
        self._cells += count
        shown = written if lines and width else target
        answer = {"spreadsheetId": self._spreadsheet.id, "updatedRange": format_range(sheet.title, shown)}
        counts = {"updatedRows": len(rows), "updatedColumns": len(columns), "updatedCells": count}
        return {**answer, **{name: number for name, number in counts.items() if number}}

    def _check_fits(
        self, sheet: Sheet, area: CellRange, target: CellRange, written: CellRange, lines: Lines
    ) -> None:
        if area.is_anchor:
            sheet.check_inside(written, whole=True)
            return
        shown = format_range(sheet.title, target)
        for row, line in enumerate(lines, start=area.start_row):
            if row >= target.closed_end_row:
                raise InvalidArgumentError(
                    f"Requested writing within range [{shown}], but tried writing to row [{row + 1}]"
                )
            if area.start_column + len(line) > target.closed_end_column:
                letters = column_letters(target.closed_end_column)
                raise InvalidArgumentError(
                    f"Requested writing within range [{shown}], but tried writing to column [{letters}]"
                )

    def _write_cell(self, sheet: Sheet, row: int, column: int, value: str | bool | int | float) -> None:
        if isinstance(value, str):
            check_length(value)
        cell = sheet.cell(row, column)
        cell.clear_content()
        if value == "" and isinstance(value, str):
            return
        if isinstance(value, str) and self._typed:
            self._type_into(sheet, cell, value)
        else:
            cell.value = value if isinstance(value, str | bool) else float(value)

    def _type_into(self, sheet: Sheet, cell: Cell, text: str) -> None:
        cell_format = sheet.format_of(cell)
        current = cell_format.get("numberFormat") or {}
        typed: TypedInput = parse_typed(text, today=self._today, cell_is_text=current.get("type") == "TEXT")
        cell.value, cell.formula = typed.value, typed.formula
        # a format that somebody chose stays; only an automatic one takes on what was typed
        if typed.number_format and not current:
            sheet.set_format(cell, {**cell_format, "numberFormat": typed.number_format})


def clear_range(sheet: Sheet, area: CellRange) -> str:
    """Clear values and formulas of a range; notes, formats and validation stay. Gives the range as cleared."""
    clipped = sheet.check_inside(area, whole=False)
    for index, row in sheet.rows(clipped.start_row, clipped.closed_end_row).items():
        for column, cell in row.items():
            if column in clipped.columns and cell.has_content:
                cell.clear_content()
                sheet.changed((index,))
    return format_range(sheet.title, clipped)
