"""Where cells lead: by their format, by a ``HYPERLINK`` formula, or as an address is their whole text."""

from __future__ import annotations

import re
from typing import Any

from .cell import Cell
from .formulas.parser import FormulaSyntaxError, FunctionCall, Literal, parse_formula
from .formulas.values import Computed

_ADDRESS = re.compile(r"https?://[^\s]+\.[^\s]+|mailto:[^\s]+@[^\s]+", re.IGNORECASE)
_COLOR = {"red": 0.06666667, "green": 0.33333334, "blue": 0.8}


def link_of(cell_format: dict[str, Any], cell: Cell, value: Computed) -> str | None:
    """Give where a whole cell leads, None for most cells.

    Args:
        cell_format: the cell's own format.
        cell: the cell.
        value: what it shows.
    """
    uri = cell_format.get("textFormat", {}).get("link", {}).get("uri")
    if uri:
        return str(uri)
    if cell.formula is not None:
        return _formula_link(cell.formula)
    return value if isinstance(value, str) and _ADDRESS.fullmatch(value) else None


def _formula_link(formula: str) -> str | None:
    if "HYPERLINK" not in formula.upper():
        return None
    try:
        tree = parse_formula(formula)
    except (FormulaSyntaxError, RecursionError):
        return None
    if isinstance(tree, FunctionCall) and tree.name == "HYPERLINK" and tree.arguments:
        address = tree.arguments[0]
        if isinstance(address, Literal) and isinstance(address.value, str):
            return address.value
    return None


def linked(effective: dict[str, Any], own: dict[str, Any], uri: str) -> dict[str, Any]:
    """Give the ``effectiveFormat`` of a cell that is a link: underlined and in the links' colour, if not set."""
    look = {"foregroundColor": _COLOR, "foregroundColorStyle": {"rgbColor": _COLOR}, "underline": True}
    text_format = {**effective["textFormat"], **look, "link": {"uri": uri}, **own.get("textFormat", {})}
    kept = {"hyperlinkDisplayType": own.get("hyperlinkDisplayType", "LINKED"), "textFormat": text_format}
    return {**effective, **kept}
