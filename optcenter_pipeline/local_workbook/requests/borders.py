"""The request that draws borders around and within a range."""

from __future__ import annotations

from typing import Any

from ..a1 import CellRange
from ..colors import with_both_spellings
from ..errors import InvalidArgumentError
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import grid_range

_WIDTHS = {"SOLID_MEDIUM": 2, "SOLID_THICK": 3, "DOUBLE": 3}
_SIDES = ("top", "bottom", "left", "right", "innerHorizontal", "innerVertical")


def update_borders(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Set the borders that are given and leave the others; the style NONE takes one away."""
    sheet, area = grid_range(spreadsheet, body.get("range"), whole=True)
    for side in _SIDES:
        if side in body:
            border = kept_border(body[side])
            for edge, part in _edges(area, side):
                _draw(sheet, part, edge, border)


def kept_border(border: dict[str, Any]) -> dict[str, Any] | None:
    """Give a ``Border`` as Google tells it, with the width of its style; None for no border.

    Raises:
        InvalidArgumentError: where it has no style.
    """
    style = border.get("style")
    if style is None:
        raise InvalidArgumentError("border.style must be specified.")
    if style == "NONE":
        return None
    colored = with_both_spellings({"color": {}, **{name: border[name] for name in border if "olor" in name}})
    return {"style": style, "width": _WIDTHS.get(style, 1), **colored}


def _edges(area: CellRange, side: str) -> list[tuple[str, CellRange]]:
    """Give the cells that have a side's border, and at which of their edges."""
    top, left, bottom, right = area.start_row, area.start_column, area.closed_end_row, area.closed_end_column
    parts: dict[str, list[tuple[str, CellRange]]] = {
        "top": [("top", CellRange(top, left, top + 1, right))],
        "bottom": [("bottom", CellRange(bottom - 1, left, bottom, right))],
        "left": [("left", CellRange(top, left, bottom, left + 1))],
        "right": [("right", CellRange(top, right - 1, bottom, right))],
        "innerHorizontal": [
            ("bottom", CellRange(top, left, bottom - 1, right)),
            ("top", CellRange(top + 1, left, bottom, right)),
        ],
        "innerVertical": [
            ("right", CellRange(top, left, bottom, right - 1)),
            ("left", CellRange(top, left + 1, bottom, right)),
        ],
    }
    return parts[side]


def _draw(sheet: Sheet, area: CellRange, edge: str, border: dict[str, Any] | None) -> None:
    for row in area.rows:
        for column in area.columns:
            cell = sheet.cell(row, column)
            cell_format = sheet.format_of(cell)
            borders = {name: part for name, part in (cell_format.get("borders") or {}).items() if name != edge}
            if border is not None:
                borders[edge] = border
            cell_format.pop("borders", None)
            sheet.set_format(cell, {**cell_format, **({"borders": borders} if borders else {})})
