"""Requests about a sheet's basic filter and its filter views, which are stored and told: they hide no row."""

from __future__ import annotations

import secrets
from typing import Any

from ..errors import InvalidArgumentError
from ..field_mask import copy_fields
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, grid_range, integer, range_message, without_defaults

_MEMBERS = ("range", "sortSpecs", "criteria", "filterSpecs")
_VIEW_MEMBERS = ("title", "namedRangeId", "tableId", *_MEMBERS)


def set_basic_filter(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Set a sheet's one basic filter, in the place of one that it had."""
    given = body.get("filter") or {}
    sheet, kept = _filter(spreadsheet, given, _MEMBERS)
    sheet.document["basicFilter"] = kept


def clear_basic_filter(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Take a sheet's basic filter away; without one nothing happens."""
    spreadsheet.sheet_by_id(integer(body, "sheetId", 0)).document.pop("basicFilter", None)


def add_filter_view(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Add a filter view; replies it with its id."""
    given = body.get("filter") or {}
    sheet, kept = _filter(spreadsheet, given, _VIEW_MEMBERS)
    identifier = given.get("filterViewId")
    if identifier in _taken(spreadsheet):
        raise InvalidArgumentError(f"A filter view with id {identifier} already exists.")
    title = kept.pop("title", None) or f"Filter {len(sheet.document.get('filterViews', [])) + 1}"
    return _add(spreadsheet, sheet, {"title": title, **kept}, identifier)


def duplicate_filter_view(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Copy a filter view; replies the copy."""
    sheet, view = _find(spreadsheet, body.get("filterId"))
    copied = {name: value for name, value in view.items() if name != "filterViewId"}
    return _add(spreadsheet, sheet, {**copied, "title": f"Copy of {view['title']}"}, None)


def update_filter_view(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change a filter view's fields."""
    given = body.get("filter") or {}
    sheet, view = _find(spreadsheet, given.get("filterViewId"))
    mask = fields(body, ("filterViewId", *_VIEW_MEMBERS))
    mask.pop("filterViewId", None)
    copy_fields(view, without_defaults(given), mask)
    if "range" in mask:
        new_sheet, area = grid_range(spreadsheet, view.get("range"))
        view["range"] = range_message(new_sheet, area)
        if new_sheet is not sheet:
            sheet.document["filterViews"].remove(view)
            new_sheet.document.setdefault("filterViews", []).append(view)


def delete_filter_view(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Take a filter view away."""
    sheet, view = _find(spreadsheet, body.get("filterId"))
    sheet.document["filterViews"].remove(view)


def _filter(
    spreadsheet: Spreadsheet, given: dict[str, Any], members: tuple[str, ...]
) -> tuple[Sheet, dict[str, Any]]:
    """Read a filter, its range closed; criteria and sort orders must name columns of the range."""
    sheet, area = grid_range(spreadsheet, given.get("range"))
    kept: dict[str, Any] = without_defaults({name: given[name] for name in members if given.get(name)})
    kept["range"] = range_message(sheet, area)
    columns = [spec.get("dimensionIndex", 0) for spec in given.get("sortSpecs") or []]
    columns += [int(index) for index in given.get("criteria") or {} if str(index).isdecimal()]
    columns += [spec.get("columnIndex", 0) for spec in given.get("filterSpecs") or []]
    for column in columns:
        if column not in area.columns:
            raise InvalidArgumentError(f"Column {column} is outside of the filter's range.")
    return sheet, kept


def _add(spreadsheet: Spreadsheet, sheet: Sheet, view: dict[str, Any], identifier: int | None) -> dict[str, Any]:
    taken = _taken(spreadsheet)
    while identifier is None or identifier in taken:
        identifier = secrets.randbelow(2**31 - 1) + 1
    added = {"filterViewId": identifier, **view}
    sheet.document.setdefault("filterViews", []).append(added)
    return {"filter": added}


def _taken(spreadsheet: Spreadsheet) -> set[Any]:
    return {view["filterViewId"] for sheet in spreadsheet.sheets for view in sheet.document.get("filterViews", [])}


def _find(spreadsheet: Spreadsheet, identifier: Any) -> tuple[Sheet, dict[str, Any]]:
    for sheet in spreadsheet.sheets:
        for view in sheet.document.get("filterViews", []):
            if view["filterViewId"] == identifier:
                return sheet, view
    raise InvalidArgumentError(f"No filter view with id: {identifier}")
