"""Requests about banded ranges: alternating colours, which are stored and told, not drawn."""

from __future__ import annotations

from typing import Any

from ..anchored import area_of
from ..colors import with_both_spellings
from ..errors import InvalidArgumentError
from ..field_mask import copy_fields
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, grid_range, integer, range_message, without_defaults
from .identified import Item, add_item, all_items, free_identifier, remove_item

_BANDS = ("rowProperties", "columnProperties")


def add_banding(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Band a range; replies the banded range with its id."""
    given = body.get("bandedRange") or {}
    taken = {item["bandedRangeId"] for _, item in all_items(spreadsheet, "bandedRanges")}
    identifier = free_identifier(given.get("bandedRangeId"), taken, "A banded range")
    bands = {name: given[name] for name in _BANDS if name in given}
    sheet, banded = _checked(spreadsheet, {"bandedRangeId": identifier, "range": given.get("range"), **bands})
    add_item(sheet, "bandedRanges", banded)
    return {"bandedRange": banded}


def update_banding(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change a banded range's place or colours."""
    given = body.get("bandedRange") or {}
    sheet, banded = _find(spreadsheet, integer(given, "bandedRangeId"))
    mask = fields(body, ("range", *_BANDS, "bandedRangeId"))
    mask.pop("bandedRangeId", None)
    changed = dict(banded)
    copy_fields(changed, given, mask)
    remove_item(sheet, "bandedRanges", banded)
    new_sheet, changed = _checked(spreadsheet, changed)
    add_item(new_sheet, "bandedRanges", changed)


def delete_banding(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Take a banding away."""
    sheet, banded = _find(spreadsheet, integer(body, "bandedRangeId"))
    remove_item(sheet, "bandedRanges", banded)


def _find(spreadsheet: Spreadsheet, identifier: int) -> tuple[Sheet, Item]:
    for sheet, item in all_items(spreadsheet, "bandedRanges"):
        if item["bandedRangeId"] == identifier:
            return sheet, item
    raise InvalidArgumentError(f"No banded range with id: {identifier}")


def _checked(spreadsheet: Spreadsheet, banded: Item) -> tuple[Sheet, Item]:
    """Check a banded range that is on no list; gives its sheet, and it as it is kept."""
    sheet, area = grid_range(spreadsheet, banded.get("range"))
    if not any(banded.get(name) for name in _BANDS):
        raise InvalidArgumentError("At least one of rowProperties or columnProperties must be specified.")
    for other in sheet.document.get("bandedRanges", []):
        if area_of(other["range"]).clipped(sheet.row_count, sheet.column_count).overlaps(area):
            raise InvalidArgumentError(
                "You cannot add alternating background colors to a range that already has alternating "
                "background colors."
            )
    kept: Item = with_both_spellings(without_defaults({**banded, "range": range_message(sheet, area)}))
    return sheet, kept
