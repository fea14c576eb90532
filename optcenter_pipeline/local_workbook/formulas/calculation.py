"""Computed values."""

from __future__ import annotations

from ..cell import Cell
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .values import UNKNOWN_NAME, Computed


class Calculation:
    """Stub."""

    def __init__(self, spreadsheet: Spreadsheet) -> None:
        self._spreadsheet = spreadsheet

    def value(self, sheet: Sheet, row: int, column: int, cell: Cell) -> Computed:
        """Give."""
        return cell.value if cell.formula is None else UNKNOWN_NAME
