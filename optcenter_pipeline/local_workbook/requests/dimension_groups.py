"""Requests about groups of rows or columns.

A line's depth is the number of groups that it lies in. A group of depth *d* is a run of lines at least that deep,
so adding and deleting a group adds one to the depth of lines, or takes one off.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ..errors import InvalidArgumentError
from ..formulas.references import Shift
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields
from .dimensions import dimension_span, line_properties

_NAMES = {"ROWS": "rowGroups", "COLUMNS": "columnGroups"}
_MAX_DEPTH = 8


def add_dimension_group(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Group lines; replies all groups of the dimension."""
    sheet, span = dimension_span(spreadsheet, body.get("range"))
    return {"dimensionGroups": _deepen(sheet, span, 1)}


def delete_dimension_group(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Take lines out of their innermost group; replies the groups that are left."""
    sheet, span = dimension_span(spreadsheet, body.get("range"))
    left = _deepen(sheet, span, -1)
    return {"dimensionGroups": left} if left else {}


def update_dimension_group(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Collapse or expand the group of exactly a range and depth; its lines hide or show."""
    given = body.get("dimensionGroup") or {}
    sheet, span = dimension_span(spreadsheet, given.get("range"))
    if "collapsed" not in fields(body, ("collapsed",)):
        return
    for group in sheet.document.get(_NAMES[span.dimension], []):
        if group["range"] == _range(sheet, span.dimension, span.start, span.start + span.count) and group[
            "depth"
        ] == given.get("depth"):
            group.pop("collapsed", None)
            if given.get("collapsed"):
                group["collapsed"] = True
            for index in range(span.start, span.start + span.count):
                properties = line_properties(sheet, span.dimension, index)
                properties.pop("hiddenByUser", None)
                if given.get("collapsed"):
                    properties["hiddenByUser"] = True
            return
    raise InvalidArgumentError("No group of the given depth exists over the given range.")


def _deepen(sheet: Sheet, span: Shift, change: int) -> list[dict[str, Any]]:
    name = _NAMES[span.dimension]
    groups = sheet.document.get(name, [])
    depths: dict[int, int] = {}
    for group in groups:
        for index in range(group["range"]["startIndex"], group["range"]["endIndex"]):
            depths[index] = depths.get(index, 0) + 1
    lines = range(span.start, span.start + span.count)
    if change < 0 and not any(index in depths for index in lines):
        raise InvalidArgumentError("No group exists over the given range.")
    for index in lines:
        depths[index] = max(0, depths.get(index, 0) + change)
    if max(depths.values()) > _MAX_DEPTH:
        raise InvalidArgumentError(f"Groups may be at most {_MAX_DEPTH} deep.")
    collapsed = [(group["range"], group["depth"]) for group in groups if group.get("collapsed")]
    made = _groups(sheet, span.dimension, depths, collapsed)
    sheet.document[name] = made
    if not made:
        del sheet.document[name]
    return made


def _groups(
    sheet: Sheet, dimension: str, depths: dict[int, int], collapsed: list[tuple[Any, Any]]
) -> list[dict[str, Any]]:
    """Read the groups off the lines' depths, outer ones first; those that stay as they were stay collapsed."""
    made = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        deep = sorted(index for index, own in depths.items() if own >= depth)
        for _, run in groupby(enumerate(deep), key=lambda item: item[1] - item[0]):
            indexes = [index for _, index in run]
            group = {"range": _range(sheet, dimension, indexes[0], indexes[-1] + 1), "depth": depth}
            if (group["range"], depth) in collapsed:
                group["collapsed"] = True
            made.append(group)
    return made


def _range(sheet: Sheet, dimension: str, start: int, end: int) -> dict[str, Any]:
    own = {"sheetId": sheet.sheet_id} if sheet.sheet_id else {}
    return {**own, "dimension": dimension, "startIndex": start, "endIndex": end}
