"""The formulas in rules: where a drop-down reads its options, what a conditional format or a filter asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .sheet import Sheet

Rewrite = Callable[[str], str]
_RULES = ("conditionalFormats", "basicFilter", "filterViews")


def rewrite_rules(sheet: Sheet, rewrite: Rewrite) -> None:
    """Pass every formula of a sheet's rules through a function that gives its new text."""
    for name in _RULES:
        if name in sheet.document:
            sheet.document[name] = _rewritten(sheet.document[name], rewrite)
    new_keys: dict[str, str | None] = {}
    for index, cells in sheet.rows().items():
        for cell in cells.values():
            key = cell.validation_key
            if key is None:
                continue
            if key not in new_keys:  # thousands of cells share a few rules
                sheet.set_validation(cell, _rewritten(sheet.validation_of(cell), rewrite))
                new_keys[key] = cell.validation_key
            cell.validation_key = new_keys[key]
            if cell.validation_key != key:
                sheet.changed((index,))


def _rewritten(part: Any, rewrite: Rewrite) -> Any:
    if isinstance(part, list):
        return [_rewritten(item, rewrite) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        name: rewrite(value)
        if name == "userEnteredValue" and isinstance(value, str) and value.startswith("=")
        else _rewritten(value, rewrite)
        for name, value in part.items()
    }
