"""The request that sets or clears drop-downs and other rules of what a cell may hold."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidArgumentError
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, without_defaults
from .conditions import check_condition


def set_data_validation(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Set a ``DataValidationRule`` on every cell of a range, or clear it where the request has no rule."""
    sheet, area = grid_range(spreadsheet, body.get("range"))
    rule = body.get("rule")
    if rule is not None and not (isinstance(rule, dict) and (rule.get("condition") or {}).get("type")):
        raise InvalidArgumentError("rule.condition must be specified.")
    if rule is not None:
        check_condition(rule["condition"])
    for row in area.rows:
        for column in area.columns:
            sheet.set_validation(sheet.cell(row, column), without_defaults(rule))
