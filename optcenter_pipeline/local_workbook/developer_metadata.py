"""Developer metadata: keys and values that programs hang on a spreadsheet, its sheets, rows and columns.

A sheet's document keeps those of the sheet, its rows and columns (there they follow when lines move), the
spreadsheet keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .a1 import CellRange
from .errors import InvalidArgumentError
from .sheet import Sheet
from .spreadsheet import Spreadsheet

MAX_CHARACTERS = 30_000  # of keys and values, for the spreadsheet itself and again for each of its sheets
_LINES = {"ROWS": "ROW", "COLUMNS": "COLUMN"}


@dataclass(frozen=True, slots=True)
class Location:
    """Where metadata hangs: on the spreadsheet (`sheet` None), a sheet (`area` open on all sides), or one line."""

    kind: str
    sheet: Sheet | None = None
    area: CellRange = field(default_factory=CellRange)

    def intersects(self, other: Location) -> bool:
        """Tell whether two locations have a place in common; the spreadsheet as such has none with others."""
        if self.sheet is None or other.sheet is None:
            return self.sheet is other.sheet
        size = (self.sheet.row_count, self.sheet.column_count)
        return self.sheet is other.sheet and self.area.clipped(*size).overlaps(other.area.clipped(*size))


@dataclass(frozen=True, slots=True)
class Metadata:
    """One entry: the resource as it is kept, and where it hangs."""

    kept: dict[str, Any]
    location: Location

    def resource(self) -> dict[str, Any]:
        """Give the API's ``DeveloperMetadata``."""
        location = dict(self.kept["location"])
        if self.location.kind == "SHEET" and self.location.sheet is not None:
            location["sheetId"] = self.location.sheet.sheet_id
        return {**self.kept, "location": location}


def all_metadata(spreadsheet: Spreadsheet) -> Iterator[Metadata]:
    """Give every entry: the spreadsheet's own, then those of its sheets in order."""
    for kept in spreadsheet.developer_metadata:
        yield Metadata(kept, Location("SPREADSHEET"))
    for sheet in spreadsheet.sheets:
        for kept in sheet.document.get("developerMetadata", []):
            yield Metadata(kept, _kept_location(sheet, kept["location"]))


def _kept_location(sheet: Sheet, location: dict[str, Any]) -> Location:
    span = location.get("dimensionRange")
    if span is None:
        return Location("SHEET", sheet)
    return line_location(sheet, span["dimension"], span.get("startIndex", 0))


def line_location(sheet: Sheet, dimension: str, index: int) -> Location:
    """Give the location of one row or column (`dimension` ROWS or COLUMNS)."""
    area = CellRange(index, 0, index + 1, None) if dimension == "ROWS" else CellRange(0, index, None, index + 1)
    return Location(_LINES[dimension], sheet, area)


def read_location(spreadsheet: Spreadsheet, body: dict[str, Any], at: str) -> Location:
    """Resolve a ``DeveloperMetadataLocation``.

    Raises:
        InvalidArgumentError: where it names no place, an unknown sheet, or more than one line.
    """
    if body.get("spreadsheet"):
        return Location("SPREADSHEET")
    if "sheetId" in body:
        return Location("SHEET", spreadsheet.sheet_by_id(body["sheetId"]))
    span = body.get("dimensionRange")
    if span is None:
        raise InvalidArgumentError(f"{at} must be specified.")
    sheet = spreadsheet.sheet_by_id(span.get("sheetId", 0))
    dimension = span.get("dimension")
    if dimension is None:
        raise InvalidArgumentError(f"{at}.dimensionRange.dimension must be specified.")
    start, end = span.get("startIndex", 0), span.get("endIndex")
    if end != start + 1:
        raise InvalidArgumentError(f"{at}.dimensionRange must represent a single row or column.")
    length = sheet.row_count if dimension == "ROWS" else sheet.column_count
    if not 0 <= start < length:
        raise InvalidArgumentError(
            f"{at}.dimensionRange is outside of the grid: it has {length} {dimension.lower()}."
        )
    return line_location(sheet, dimension, start)


def location_resource(location: Location) -> dict[str, Any]:
    """Write a location as it is kept."""
    resource: dict[str, Any] = {"locationType": location.kind}
    if location.sheet is None:
        return {**resource, "spreadsheet": True}
    if location.kind == "SHEET":
        return resource
    rows = location.kind == "ROW"
    start = location.area.start_row if rows else location.area.start_column
    span = {"dimension": "ROWS" if rows else "COLUMNS", "startIndex": start, "endIndex": start + 1}
    if location.sheet.sheet_id:
        span = {"sheetId": location.sheet.sheet_id, **span}
    return {**resource, "dimensionRange": span}


def holder(spreadsheet: Spreadsheet, location: Location) -> list[dict[str, Any]]:
    """Give the list that keeps the entries of a location's sheet, or of the spreadsheet."""
    if location.sheet is None:
        return spreadsheet.developer_metadata
    kept: list[dict[str, Any]] = location.sheet.document.setdefault("developerMetadata", [])
    return kept


def check_storage(spreadsheet: Spreadsheet) -> None:
    """Refuse more metadata than fits.

    Raises:
        InvalidArgumentError: where the spreadsheet, or one sheet, holds more than 30,000 characters of it.
    """
    sums: dict[Sheet | None, int] = {}
    for metadata in all_metadata(spreadsheet):
        size = len(metadata.kept["metadataKey"]) + len(metadata.kept.get("metadataValue", ""))
        sums[metadata.location.sheet] = sums.get(metadata.location.sheet, 0) + size
    for sheet, size in sums.items():
        if size > MAX_CHARACTERS:
            place = "the spreadsheet" if sheet is None else f"sheet {sheet.title}"
            raise InvalidArgumentError(
                f"Developer metadata of {place} would have {size} characters, above the limit of {MAX_CHARACTERS}."
            )


def matches_lookup(spreadsheet: Spreadsheet, lookup: dict[str, Any], metadata: Metadata) -> bool:
    """Tell whether an entry matches all that a ``DeveloperMetadataLookup`` says (see `check_lookup`)."""
    for name in ("metadataId", "metadataKey", "metadataValue", "visibility"):
        if name in lookup and lookup[name] != metadata.kept.get(name):
            return False
    if "locationType" in lookup and lookup["locationType"] != metadata.location.kind:
        return False
    if "metadataLocation" not in lookup:
        return True
    wanted = read_location(spreadsheet, lookup["metadataLocation"], "metadataLocation")
    if lookup.get("locationMatchingStrategy") == "EXACT_LOCATION":
        return wanted == metadata.location
    return wanted.intersects(metadata.location)


def check_lookup(lookup: dict[str, Any]) -> None:
    """Refuse a ``DeveloperMetadataLookup`` that says nothing, or that contradicts itself.

    Raises:
        InvalidArgumentError: where it does.
    """
    strategy, kind = lookup.get("locationMatchingStrategy"), lookup.get("locationType")
    if not lookup:
        raise InvalidArgumentError("developerMetadataLookup must specify at least one field.")
    if strategy and "metadataLocation" not in lookup:
        raise InvalidArgumentError("metadataLocation must be specified when locationMatchingStrategy is.")
    if strategy == "EXACT_LOCATION" and kind:
        raise InvalidArgumentError(
            "locationType must not be specified when locationMatchingStrategy is EXACT_LOCATION."
        )
    on_sheet = "metadataLocation" in lookup and not lookup["metadataLocation"].get("spreadsheet")
    if kind == "SPREADSHEET" and (strategy == "INTERSECTING_LOCATION" or on_sheet):
        raise InvalidArgumentError("locationType must not be SPREADSHEET when intersecting locations are matched.")
