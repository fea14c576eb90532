"""Puts the rows of a range into another order, as sorting, shuffling and the removal of duplicates do."""

from __future__ import annotations

from collections.abc import Sequence

from ..a1 import CellRange
from ..cell import Row
from ..formulas.references import moved_formula
from ..sheet import Sheet


def arrange_rows(sheet: Sheet, area: CellRange, order: Sequence[int]) -> None:
    """Move a range's rows, cells whole; a formula that moves keeps pointing at its own row.

    Args:
        sheet: the sheet.
        area: a closed range.
        order: the indexes of its rows as they come; rows that are left out go, and the last ones stand empty.
    """
    sheet.rows(area.start_row, area.end_row)  # in one read what the loop below would fetch row by row
    arranged: dict[int, Row] = {}
    for position, target in enumerate(area.rows):
        moved: Row = {}
        if position < len(order):
            source = order[position]
            moved = {column: cell for column, cell in sheet.row(source).items() if column in area.columns}
            for cell in moved.values():
                if cell.formula is not None:
                    cell.formula = moved_formula(cell.formula, target - source, 0)
        kept = {column: cell for column, cell in sheet.row(target).items() if column not in area.columns}
        arranged[target] = {**kept, **moved}
    sheet.replace_rows(arranged)
