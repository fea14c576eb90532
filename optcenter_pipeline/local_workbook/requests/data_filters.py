"""Data filters: ranges by A1 notation, by sheet id and indexes, or by what metadata hangs there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..a1 import CellRange
from ..developer_metadata import Location, Metadata, all_metadata, check_lookup, matches_lookup
from ..errors import InvalidArgumentError
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import grid_range


def filtered_areas(spreadsheet: Spreadsheet, data_filter: dict[str, Any]) -> list[tuple[Sheet, CellRange]]:
    """Give the ranges that a ``DataFilter`` selects, each once; metadata of the spreadsheet selects all sheets.

    Raises:
        InvalidArgumentError: where the filter is empty, or names what is not there.
    """
    if "developerMetadataLookup" not in data_filter:
        return [_named_area(spreadsheet, data_filter)]
    areas: list[tuple[Sheet, CellRange]] = []
    for metadata in matching_metadata(spreadsheet, data_filter):
        location = metadata.location
        sheets = spreadsheet.sheets if location.sheet is None else [location.sheet]
        for sheet in sheets:
            area = location.area.clipped(sheet.row_count, sheet.column_count)
            if (sheet, area) not in areas:
                areas.append((sheet, area))
    return areas


def _named_area(spreadsheet: Spreadsheet, data_filter: dict[str, Any]) -> tuple[Sheet, CellRange]:
    if "a1Range" in data_filter:
        sheet, area = spreadsheet.resolve(data_filter["a1Range"])
        return sheet, replace(area, is_anchor=False)  # what is written through a filter must fit into its range
    if "gridRange" in data_filter:
        return grid_range(spreadsheet, data_filter["gridRange"])
    raise InvalidArgumentError("dataFilter.filter must be specified.")


def matching_metadata(spreadsheet: Spreadsheet, data_filter: dict[str, Any]) -> list[Metadata]:
    """Give the metadata that a ``DataFilter`` selects: by its lookup, or what intersects its range.

    Raises:
        InvalidArgumentError: where the filter is empty, or names what is not there.
    """
    if "developerMetadataLookup" in data_filter:
        lookup = data_filter["developerMetadataLookup"]
        check_lookup(lookup)
        return [metadata for metadata in all_metadata(spreadsheet) if matches_lookup(spreadsheet, lookup, metadata)]
    sheet, area = _named_area(spreadsheet, data_filter)
    wanted = Location("SHEET", sheet, area)
    return [metadata for metadata in all_metadata(spreadsheet) if wanted.intersects(metadata.location)]


def numbered_filters(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Give a request's ``dataFilters`` with their places, for refusals.

    Raises:
        InvalidArgumentError: where there are none.
    """
    filters = body.get("dataFilters") or []
    if not filters:
        raise InvalidArgumentError("Must specify at least one dataFilter.")
    return [(f"dataFilters[{number}]", data_filter) for number, data_filter in enumerate(filters)]
