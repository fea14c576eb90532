"""What is anchored in a sheet's grid, and how it follows when lines or cells move.

A sheet's document holds everything that points at places: merges, filters, protections, groups, metadata. This is
the one list of where such places stand; whoever moves lines or cells calls `follow` with a `Movement`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .a1 import CellRange
from .formulas.references import SpanChange


class Movement(Protocol):
    """How places of a sheet move; None means that nothing is left of one."""

    def moved_area(self, area: CellRange) -> CellRange | None:
        """Give where a rectangle of cells (with open ends, if it has them) is afterwards."""

    def moved_lines(self, dimension: str, start: int, end: int | None) -> tuple[int, int | None] | None:
        """Give where a half-open span of whole rows or columns (`dimension` ROWS or COLUMNS) is afterwards."""


class LinesShifted:
    """The movement of lines inserted, deleted or moved.

    Args:
        change: what was.
    """

    def __init__(self, change: SpanChange) -> None:
        self._change = change

    def moved_area(self, area: CellRange) -> CellRange | None:
        """Move the side that the lines cut; the other stays."""
        if self._change.dimension == "ROWS":
            rows = self._change.moved_span(area.start_row, area.end_row)
            return rows and CellRange(rows[0], area.start_column, rows[1], area.end_column)
        columns = self._change.moved_span(area.start_column, area.end_column)
        return columns and CellRange(area.start_row, columns[0], area.end_row, columns[1])

    def moved_lines(self, dimension: str, start: int, end: int | None) -> tuple[int, int | None] | None:
        """Move spans of the same dimension."""
        return self._change.moved_span(start, end) if dimension == self._change.dimension else (start, end)


Keep = Callable[[dict[str, Any]], bool]


def follow(document: dict[str, Any], movement: Movement) -> None:
    """Move everything that is anchored in a sheet's grid; what has lost its place is dropped."""

    def area(place: dict[str, Any]) -> bool:
        return _move_area(place, movement)

    def own_range(item: dict[str, Any]) -> bool:
        return _move_area(item.setdefault("range", {}), movement)

    def own_ranges(item: dict[str, Any]) -> bool:
        _keep(item, "ranges", area)
        return bool(item.get("ranges"))

    def filtered(item: dict[str, Any]) -> bool:
        _move_filter_columns(item, movement)
        return own_range(item)

    def tabled(item: dict[str, Any]) -> bool:
        left = area_of(item["range"]).start_column
        return own_range(item) and _move_table_columns(item, left, movement)

    def protected(item: dict[str, Any]) -> bool:
        _keep(item, "unprotectedRanges", area)
        return own_range(item)

    def lines(item: dict[str, Any]) -> bool:
        return _move_lines(item["range"], movement)

    def located(item: dict[str, Any]) -> bool:
        span = (item.get("location") or {}).get("dimensionRange")
        return span is None or _move_lines(span, movement)

    def floating(item: dict[str, Any]) -> bool:
        _move_anchor_cell(item.get("position") or {}, movement)
        return True

    kinds: tuple[tuple[str, Keep], ...] = (
        ("merges", lambda place: area(place) and not _is_single_cell(place)),
        ("protectedRanges", protected),
        ("namedRanges", own_range),
        ("filterViews", filtered),
        ("bandedRanges", own_range),
        ("tables", tabled),
        ("conditionalFormats", own_ranges),
        ("rowGroups", lines),
        ("columnGroups", lines),
        ("developerMetadata", located),
        ("charts", floating),
        ("slicers", floating),
    )
    for name, keep in kinds:
        _keep(document, name, keep)
    basic_filter = document.get("basicFilter")
    if basic_filter is not None and not filtered(basic_filter):
        del document["basicFilter"]
    for name, dimension in (("rows", "ROWS"), ("columns", "COLUMNS")):
        _move_line_properties(document, name, dimension, movement)


def _keep(holder: dict[str, Any], name: str, keep: Keep) -> None:
    """Drop the items of a list that have lost their place, and a list that is left empty."""
    if name in holder:
        holder[name] = [item for item in holder[name] if keep(item)]
        if not holder[name]:
            del holder[name]


def area_of(grid_range: dict[str, Any]) -> CellRange:
    """Read a stored ``GridRange``; a missing start is 0, a missing end open."""
    return CellRange(
        grid_range.get("startRowIndex", 0),
        grid_range.get("startColumnIndex", 0),
        grid_range.get("endRowIndex"),
        grid_range.get("endColumnIndex"),
    )


def _move_area(grid_range: dict[str, Any], movement: Movement) -> bool:
    """Move a ``GridRange`` in place; bounds that it leaves open stay open."""
    area = movement.moved_area(area_of(grid_range))
    if area is None:
        return False
    bounds = {
        "startRowIndex": area.start_row,
        "endRowIndex": area.end_row,
        "startColumnIndex": area.start_column,
        "endColumnIndex": area.end_column,
    }
    grid_range.update({name: bound for name, bound in bounds.items() if name in grid_range})
    return True


def _is_single_cell(grid_range: dict[str, Any]) -> bool:
    area = area_of(grid_range)
    return (area.end_row, area.end_column) == (area.start_row + 1, area.start_column + 1)


def _move_lines(span: dict[str, Any], movement: Movement) -> bool:
    """Move a ``DimensionRange`` in place."""
    moved = movement.moved_lines(span["dimension"], span.get("startIndex", 0), span.get("endIndex"))
    if moved is None:
        return False
    span["startIndex"] = moved[0]
    if "endIndex" in span:
        span["endIndex"] = moved[1]
    return True


def _move_column(index: int, movement: Movement) -> int | None:
    moved = movement.moved_lines("COLUMNS", index, index + 1)
    return None if moved is None else moved[0]


def _move_filter_columns(item: dict[str, Any], movement: Movement) -> None:
    """Move the columns that a filter names by their index in the sheet."""
    criteria = item.get("criteria")
    if criteria is not None:
        moved = {_move_column(int(index), movement): value for index, value in criteria.items()}
        item["criteria"] = {str(index): value for index, value in moved.items() if index is not None}
    for name, member in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        if name in item:
            specs = [{**spec, member: _move_column(spec.get(member, 0), movement)} for spec in item[name]]
            item[name] = [spec for spec in specs if spec[member] is not None]


def _move_table_columns(item: dict[str, Any], old_left: int, movement: Movement) -> bool:
    """Keep a table's columns as its range now has them; new ones get a name of their own."""
    area = area_of(item["range"])
    columns: dict[int, dict[str, Any]] = {}
    for column in item["columnProperties"]:
        index = _move_column(old_left + column.get("columnIndex", 0), movement)
        if index is not None and index in area.columns:
            columns[index - area.start_column] = column
    item["columnProperties"] = [
        {
            "columnName": f"Column {index + 1}",
            **{name: value for name, value in columns.get(index, {}).items() if name != "columnIndex"},
            **({"columnIndex": index} if index else {}),
        }
        for index in range(len(area.columns))
    ]
    return True


def _move_anchor_cell(position: dict[str, Any], movement: Movement) -> None:
    """Move the cell that a chart or slicer hangs on; where it is deleted, the thing stays where it is."""
    cell = (position.get("overlayPosition") or {}).get("anchorCell")
    if cell is None:
        return
    for name, dimension in (("rowIndex", "ROWS"), ("columnIndex", "COLUMNS")):
        index = cell.get(name, 0)
        moved = movement.moved_lines(dimension, index, index + 1)
        if moved is not None and (moved[0] or name in cell):
            cell[name] = moved[0]


def _move_line_properties(document: dict[str, Any], name: str, dimension: str, movement: Movement) -> None:
    """Move the sizes and the hiding of lines, kept by index as text."""
    if name not in document:
        return
    kept: dict[str, Any] = {}
    for index, properties in document[name].items():
        moved = movement.moved_lines(dimension, int(index), int(index) + 1)
        if moved is not None:
            kept[str(moved[0])] = properties
    document[name] = kept
