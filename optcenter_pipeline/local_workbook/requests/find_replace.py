"""The request that finds and replaces texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ..a1 import CellRange
from ..cell import Cell, check_length
from ..errors import InvalidArgumentError
from ..rendering import formatted
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from ..typed_input import parse_typed
from .arguments import grid_range


def find_replace(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Replace in texts, in numbers as they are shown, and on demand in formulas; replies counts.

    A text stays a text whatever comes out; a number becomes what typing the new text gives.
    """
    pattern, replacement = _pattern(body), _replacement(body)
    counts = {"values": 0, "formulas": 0, "occurrences": 0}
    changed_rows: set[tuple[int, int]] = set()
    for sheet, area in _scope(spreadsheet, body):
        for index, row in sheet.rows(area.start_row, area.closed_end_row).items():
            for column, cell in row.items():
                if column not in area.columns or not cell.has_content:
                    continue
                number = _replace(sheet, cell, pattern, replacement, in_formulas=bool(body.get("includeFormulas")))
                if number:
                    counts["occurrences"] += number
                    counts["formulas" if cell.formula is not None else "values"] += 1
                    changed_rows.add((sheet.sheet_id, index))
                    sheet.changed((index,))
    counts["rows"] = len(changed_rows)
    counts["sheets"] = len({sheet_id for sheet_id, _ in changed_rows})
    return {f"{name}Changed": count for name, count in counts.items() if count}


def _pattern(body: dict[str, Any]) -> re.Pattern[str]:
    text = body.get("find") or ""
    if not text:
        raise InvalidArgumentError("find must be specified.")
    if not body.get("searchByRegex"):
        text = re.escape(text)
    if body.get("matchEntireCell"):
        text = rf"\A(?:{text})\Z"
    try:
        return re.compile(text, 0 if body.get("matchCase") else re.IGNORECASE)
    except re.error as error:
        raise InvalidArgumentError(f"Invalid regular expression: {body['find']}") from error


def _replacement(body: dict[str, Any]) -> str:
    r"""Give the replacement as Python's templates spell it: ``$1`` is ``\g<1>``, ``\$`` a dollar."""
    text = body.get("replacement") or ""
    if not body.get("searchByRegex"):
        return text.replace("\\", r"\\")
    return re.sub(
        r"\\(.)|\$(\d)|(\\)$",
        lambda part: rf"\g<{part[2]}>" if part[2] else (part[1] or "\\").replace("\\", r"\\"),
        text,
        flags=re.DOTALL,
    )


def _scope(spreadsheet: Spreadsheet, body: dict[str, Any]) -> Iterator[tuple[Sheet, CellRange]]:
    if "range" in body:
        yield grid_range(spreadsheet, body["range"])
        return
    if body.get("allSheets"):
        sheets = spreadsheet.sheets
    elif "sheetId" in body:
        sheets = [spreadsheet.sheet_by_id(body["sheetId"])]
    else:
        raise InvalidArgumentError("A range, a sheetId or allSheets must be specified.")
    for sheet in sheets:
        yield sheet, CellRange().clipped(sheet.row_count, sheet.column_count)


def _replace(sheet: Sheet, cell: Cell, pattern: re.Pattern[str], replacement: str, *, in_formulas: bool) -> int:
    """Replace in one cell; gives how often."""
    if cell.formula is not None and not in_formulas:
        return 0
    number_format = sheet.format_of(cell).get("numberFormat")
    text = cell.formula if cell.formula is not None else formatted(cell.value, number_format)
    try:
        new, count = pattern.subn(replacement, text)
    except (re.error, IndexError) as error:
        raise InvalidArgumentError(f"Invalid replacement: {error}") from error
    if not count:
        return 0
    check_length(new)
    if cell.formula is not None and new.startswith("="):
        cell.formula = new
    elif isinstance(cell.value, str) or not new:
        cell.formula, cell.value = None, new or None
    else:
        typed = parse_typed(new, today=datetime.now(UTC).replace(tzinfo=None))
        cell.formula, cell.value = typed.formula, typed.value
    return count
