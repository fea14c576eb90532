"""The format of a cell that nobody formatted, and what a cell's own format makes of it."""

from __future__ import annotations

from typing import Any

from .formulas.values import Computed

_WHITE = {"red": 1, "green": 1, "blue": 1}
_TEXT_FORMAT = {
    "foregroundColor": {},
    "fontFamily": "arial,sans,sans-serif",
    "fontSize": 10,
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "foregroundColorStyle": {"rgbColor": {}},
}
DEFAULT_FORMAT: dict[str, Any] = {
    "backgroundColor": _WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": _TEXT_FORMAT,
    "backgroundColorStyle": {"rgbColor": _WHITE},
}
"""A new spreadsheet's ``defaultFormat``."""


def _color(kind: str, red: float = 0, green: float = 0, blue: float = 0) -> dict[str, Any]:
    parts = {"red": red, "green": green, "blue": blue}
    return {"colorType": kind, "color": {"rgbColor": {name: part for name, part in parts.items() if part}}}


THEME: dict[str, Any] = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        _color("TEXT"),
        _color("BACKGROUND", 1, 1, 1),
        _color("ACCENT1", 0.25882354, 0.52156866, 0.95686275),
        _color("ACCENT2", 0.91764706, 0.2627451, 0.20784314),
        _color("ACCENT3", 0.9843137, 0.7372549, 0.015686275),
        _color("ACCENT4", 0.20392157, 0.65882355, 0.3254902),
        _color("ACCENT5", 1, 0.42745098, 0.003921569),
        _color("ACCENT6", 0.27450982, 0.7411765, 0.7764706),
        _color("LINK", 0.06666667, 0.33333334, 0.8),
    ],
}
"""A new spreadsheet's ``spreadsheetTheme``."""


def effective_format(default: dict[str, Any], own: dict[str, Any], value: Computed) -> dict[str, Any]:
    """Give a cell's ``effectiveFormat``: its own over the spreadsheet's, aligned by the kind of its value.

    The parts are shared with other cells' formats: not to be changed.
    """
    effective = {**default, "textFormat": {**default["textFormat"], "fontFamily": "Arial"}}
    if value is not None:
        number = isinstance(value, float)
        effective["horizontalAlignment"] = "RIGHT" if number else "LEFT" if isinstance(value, str) else "CENTER"
    effective["hyperlinkDisplayType"] = "PLAIN_TEXT"
    for name, part in own.items():
        whole = isinstance(part, dict) and name in ("textFormat", "padding")
        effective[name] = {**effective[name], **part} if whole else part
    return effective
