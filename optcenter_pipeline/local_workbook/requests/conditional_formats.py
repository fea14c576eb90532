"""Requests about conditional formats, which are stored and told, not drawn."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidArgumentError
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, integer, without_defaults


def add_conditional_format_rule(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Insert a rule at an index among the rules of its ranges' sheet."""
    rule = body.get("rule") or {}
    if not rule.get("ranges"):
        raise InvalidArgumentError("rule.ranges must be specified.")
    if not (rule.get("booleanRule") or rule.get("gradientRule")):
        raise InvalidArgumentError("rule.booleanRule or rule.gradientRule must be specified.")
    sheets = [grid_range(spreadsheet, area)[0] for area in rule["ranges"]]
    if any(sheet is not sheets[0] for sheet in sheets):
        raise InvalidArgumentError("All ranges of a rule must be on the same sheet.")
    rules = sheets[0].document.setdefault("conditionalFormats", [])
    index = integer(body, "index", 0)
    if index > len(rules):
        raise InvalidArgumentError(f"The index {index} is out of range.")
    rules.insert(index, without_defaults(rule))


def delete_conditional_format_rule(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Delete the rule at an index of a sheet; replies the rule."""
    sheet = spreadsheet.sheet_by_id(integer(body, "sheetId", 0))
    rules = sheet.document.get("conditionalFormats", [])
    index = integer(body, "index", 0)
    if index >= len(rules):
        raise InvalidArgumentError(f"No conditional format on sheet: {sheet.sheet_id} at index: {index}")
    return {"rule": rules.pop(index)}
