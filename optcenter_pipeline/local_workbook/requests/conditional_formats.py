"""Requests about conditional formats, which are stored and told, not drawn."""

from __future__ import annotations

from typing import Any

from ..colors import with_both_spellings
from ..errors import InvalidArgumentError
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, integer, without_defaults
from .conditions import check_condition


def add_conditional_format_rule(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Insert a rule at an index among the rules of its ranges' sheet."""
    sheet, rule = _checked(spreadsheet, body.get("rule") or {})
    rules = sheet.document.setdefault("conditionalFormats", [])
    index = integer(body, "index", 0)
    if index > len(rules):
        raise InvalidArgumentError(f"The index {index} is out of range.")
    rules.insert(index, rule)


def update_conditional_format_rule(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Put another rule in the place of the one at an index, or move that to another index; replies both."""
    index = integer(body, "index", 0)
    if "rule" in body:
        sheet, rule = _checked(spreadsheet, body["rule"])
        rules = _rules_with(sheet, index)
        old, rules[index] = rules[index], rule
        return {"newRule": rule, "newIndex": index, "oldRule": old}
    new_index = integer(body, "newIndex")
    rules = _rules_with(spreadsheet.sheet_by_id(integer(body, "sheetId", 0)), index)
    if new_index >= len(rules):
        raise InvalidArgumentError(f"The index {new_index} is out of range.")
    rule = rules.pop(index)
    rules.insert(new_index, rule)
    return {"newRule": rule, "newIndex": new_index, "oldIndex": index}


def delete_conditional_format_rule(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Delete the rule at an index of a sheet; replies the rule."""
    index = integer(body, "index", 0)
    return {"rule": _rules_with(spreadsheet.sheet_by_id(integer(body, "sheetId", 0)), index).pop(index)}


def _rules_with(sheet: Sheet, index: int) -> list[dict[str, Any]]:
    """Give a sheet's rules, among which one must stand at an index."""
    rules: list[dict[str, Any]] = sheet.document.get("conditionalFormats", [])
    if index >= len(rules):
        raise InvalidArgumentError(f"No conditional format on sheet: {sheet.sheet_id} at index: {index}")
    return rules


def _checked(spreadsheet: Spreadsheet, rule: dict[str, Any]) -> tuple[Sheet, dict[str, Any]]:
    """Check a rule; gives its sheet, and the rule as it is kept."""
    if not rule.get("ranges"):
        raise InvalidArgumentError("rule.ranges must be specified.")
    if not (rule.get("booleanRule") or rule.get("gradientRule")):
        raise InvalidArgumentError("rule.booleanRule or rule.gradientRule must be specified.")
    sheets = [grid_range(spreadsheet, area)[0] for area in rule["ranges"]]
    if any(sheet is not sheets[0] for sheet in sheets):
        raise InvalidArgumentError("All ranges of a rule must be on the same sheet.")
    if "booleanRule" in rule:
        condition = rule["booleanRule"].get("condition") or {}
        if "type" not in condition:
            raise InvalidArgumentError("rule.booleanRule.condition must be specified.")
        check_condition(condition)
    kept = with_both_spellings(without_defaults(rule))
    if "gradientRule" in rule:
        kept["gradientRule"] = {
            name: _checked_point(kept["gradientRule"].get(name) or {})
            for name in ("minpoint", "midpoint", "maxpoint")
            if name != "midpoint" or name in kept["gradientRule"]
        }
    return sheets[0], kept


def _checked_point(point: dict[str, Any]) -> dict[str, Any]:
    """Check one end or the middle of a colour scale; a value that its type does not use is not kept."""
    if "type" not in point:
        raise InvalidArgumentError("No interpolationPointType specified.")
    if point["type"] in ("MIN", "MAX"):
        return {name: part for name, part in point.items() if name != "value"}
    if "value" not in point:
        raise InvalidArgumentError("InterpolationPoint.value is required.")
    return point
