"""Reads the parts that many requests share: integers, grid ranges, field masks."""

from __future__ import annotations

from typing import Any

from ..a1 import CellRange
from ..errors import InvalidArgumentError
from ..field_mask import Mask, parse_mask
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet


def integer(body: dict[str, Any], name: str, default: int | None = None) -> int:
    """Read a non-negative integer, which JSON may also give as text or as 3.0.

    Raises:
        InvalidArgumentError: where it is no such number, or missing and without a default.
    """
    value = body.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidArgumentError(
            f"{name} must be a non-negative integer." if name in body else f"{name} must be specified."
        )
    return value


def grid_range(spreadsheet: Spreadsheet, body: Any, *, whole: bool = False) -> tuple[Sheet, CellRange]:
    """Resolve a ``GridRange`` (half-open, a missing bound is open) to its sheet and a closed rectangle.

    Args:
        spreadsheet: where the range's sheet is.
        body: the ``GridRange``.
        whole: refuse a range that ends outside of the grid, as writing to it would; else it is clipped.

    Raises:
        InvalidArgumentError: for an unknown sheet, a range without cells, or one outside of the grid.
    """
    if not isinstance(body, dict):
        raise InvalidArgumentError("range must be specified.")
    sheet = spreadsheet.sheet_by_id(integer(body, "sheetId", 0))
    if any((body.get(f"{side}{name}Index") or 0) < 0 for side in ("start", "end") for name in ("Row", "Column")):
        raise InvalidArgumentError("GridRange indexes must be >= 0")
    area = CellRange(
        integer(body, "startRowIndex", 0),
        integer(body, "startColumnIndex", 0),
        integer(body, "endRowIndex") if body.get("endRowIndex") is not None else None,
        integer(body, "endColumnIndex") if body.get("endColumnIndex") is not None else None,
    )
    for start, end, name in (
        (area.start_row, area.end_row, "Row"),
        (area.start_column, area.end_column, "Column"),
    ):
        if end is not None and end <= start:
            raise InvalidArgumentError(f"range.end{name}Index[{end}] must be after range.start{name}Index[{start}]")
    return sheet, sheet.check_inside(area, whole=whole)


def range_message(sheet: Sheet, area: CellRange) -> dict[str, Any]:
    """Write a closed rectangle as a ``GridRange``; an id of 0 is left out, as in Google's answers."""
    return {
        **({"sheetId": sheet.sheet_id} if sheet.sheet_id else {}),
        "startRowIndex": area.start_row,
        "endRowIndex": area.closed_end_row,
        "startColumnIndex": area.start_column,
        "endColumnIndex": area.closed_end_column,
    }


def fields(body: dict[str, Any], known: tuple[str, ...]) -> Mask:
    """Read an update's field mask; ``*`` stands for all known fields.

    Raises:
        InvalidArgumentError: where none is given, or one that is not known.
    """
    text = body.get("fields")
    if not isinstance(text, str) or not text.strip():
        raise InvalidArgumentError(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    mask = parse_mask(text) or {name: {} for name in known}
    for name in mask:
        if name not in known:
            raise InvalidArgumentError(f"Invalid field: {name}")
    return mask


def without_defaults(value: Any) -> Any:
    """Leave out what Google's answers leave out, at any depth: nulls, falses, empty texts and lists.

    Of zeros only a ``sheetId`` is left out, as the recorded answers show.
    """
    if isinstance(value, dict):
        cleaned = {name: without_defaults(part) for name, part in value.items()}
        return {
            name: part
            for name, part in cleaned.items()
            if part or isinstance(part, dict) or (part == 0 and part is not False and name != "sheetId")
        }
    return [without_defaults(part) for part in value] if isinstance(value, list) else value
