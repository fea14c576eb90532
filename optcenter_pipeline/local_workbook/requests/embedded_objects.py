"""Requests about charts and slicers, which are stored and told with their ids, not drawn."""

from __future__ import annotations

from typing import Any

from ..colors import with_both_spellings
from ..errors import InvalidArgumentError, UnsupportedError
from ..field_mask import copy_fields
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, integer
from .identified import Item, add_item, all_items, free_identifier, remove_item

_KINDS = (("charts", "chartId"), ("slicers", "slicerId"))
_PLACE = ("anchorCell", "offsetXPixels", "offsetYPixels", "widthPixels", "heightPixels")
_SLICER = (
    "dataRange",
    "filterCriteria",
    "columnIndex",
    "applyToPivotTables",
    "title",
    "textFormat",
    "backgroundColor",
    "backgroundColorStyle",
    "horizontalAlignment",
)
_BORDER = ("color", "colorStyle")


def add_chart(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Keep a chart over the cells of a sheet; replies it with its id and place."""
    given = body.get("chart") or {}
    if not given.get("spec"):
        raise InvalidArgumentError("chart.spec must be specified.")
    return {"chart": _add(spreadsheet, "charts", "chartId", given, "A chart")}


def add_slicer(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Keep a slicer over the cells of a sheet; replies it with its id and place."""
    given = body.get("slicer") or {}
    if not (given.get("spec") or {}).get("dataRange"):
        raise InvalidArgumentError("slicer.spec.dataRange must be specified.")
    return {"slicer": _add(spreadsheet, "slicers", "slicerId", given, "A slicer")}


def _add(spreadsheet: Spreadsheet, name: str, member: str, given: Item, what: str) -> Item:
    taken = {item[kind] for list_name, kind in _KINDS for _, item in all_items(spreadsheet, list_name)}
    identifier = free_identifier(given.get(member), taken, what)
    sheet, position = _position(spreadsheet, given.get("position") or {})
    kept = with_both_spellings({**given, member: identifier, "position": position})
    add_item(sheet, name, kept)
    return kept


def _position(spreadsheet: Spreadsheet, position: dict[str, Any]) -> tuple[Sheet, dict[str, Any]]:
    """Give the sheet of a position over cells, and the position with the size that Google gives by default.

    Raises:
        UnsupportedError: for a position on a sheet of its own.
    """
    if position.get("newSheet") or "sheetId" in position:
        raise UnsupportedError
    place = position.get("overlayPosition") or {}
    anchor = place.get("anchorCell") or {}
    sheet = spreadsheet.sheet_by_id(integer(anchor, "sheetId", 0))
    for name, length in (("rowIndex", sheet.row_count), ("columnIndex", sheet.column_count)):
        if integer(anchor, name, 0) >= length:
            raise InvalidArgumentError(f"overlayPosition.anchorCell.{name} is outside of the grid.")
    return sheet, {"overlayPosition": {"widthPixels": 600, "heightPixels": 371, **place, "anchorCell": anchor}}


def _find(spreadsheet: Spreadsheet, identifier: int, names: tuple[tuple[str, str], ...]) -> tuple[Sheet, str, Item]:
    for name, member in names:
        for sheet, item in all_items(spreadsheet, name):
            if item[member] == identifier:
                return sheet, name, item
    raise InvalidArgumentError(f"No embedded object with id: {identifier}")


def update_chart_spec(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Put another specification in the place of a chart's."""
    if not body.get("spec"):
        raise InvalidArgumentError("spec must be specified.")
    chart = _find(spreadsheet, integer(body, "chartId"), _KINDS[:1])[2]
    chart["spec"] = with_both_spellings(body["spec"])


def update_slicer_spec(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change a slicer's fields."""
    slicer = _find(spreadsheet, integer(body, "slicerId"), _KINDS[1:])[2]
    copy_fields(slicer["spec"], with_both_spellings(body.get("spec") or {}), fields(body, _SLICER))


def update_embedded_object_position(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Move or resize a chart or slicer, also to another sheet; replies its new position."""
    sheet, name, item = _find(spreadsheet, integer(body, "objectId"), _KINDS)
    wanted = body.get("newPosition") or {}
    place = dict(item["position"]["overlayPosition"])
    if "overlayPosition" in wanted:
        copy_fields(place, wanted["overlayPosition"], fields(body, _PLACE))
        wanted = {**wanted, "overlayPosition": place}
    new_sheet, position = _position(spreadsheet, wanted)
    remove_item(sheet, name, item)
    item["position"] = position
    add_item(new_sheet, name, item)
    return {"position": position}


def update_embedded_object_border(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change the colour of a chart's border."""
    item = _find(spreadsheet, integer(body, "objectId"), _KINDS[:1])[2]
    mask = fields(body, _BORDER)
    border = dict(item.get("border") or {})
    copy_fields(border, with_both_spellings(body.get("border") or {}), {**mask, "color": {}, "colorStyle": {}})
    item["border"] = border


def delete_embedded_object(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Take a chart or slicer away."""
    sheet, name, item = _find(spreadsheet, integer(body, "objectId"), _KINDS)
    remove_item(sheet, name, item)
