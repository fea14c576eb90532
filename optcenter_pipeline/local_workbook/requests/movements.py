"""What every request that moves cells does in the end: all that points at them follows."""

from __future__ import annotations

from ..anchored import Movement, follow
from ..formulas.references import followed_formula
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet


def follow_in(spreadsheet: Spreadsheet, sheet: Sheet, movement: Movement) -> None:
    """Let what is anchored in a sheet's grid, and every formula about it, follow a movement of its cells."""
    follow(sheet.document, movement)
    spreadsheet.rewrite_formulas(
        lambda other, formula: followed_formula(formula, other.title, sheet.title, movement.moved_area)
    )
