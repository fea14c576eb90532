"""``spreadsheets.batchUpdate``: each kind of request is a function on an open spreadsheet."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ..errors import InvalidArgumentError, UnsupportedError
from ..field_mask import check_update
from ..spreadsheet import Spreadsheet
from . import (
    append_cells,
    auto_fill,
    auto_resize,
    banding,
    borders,
    cells,
    conditional_formats,
    developer_metadata,
    dimension_groups,
    dimensions,
    embedded_objects,
    filters,
    find_replace,
    merges,
    moving,
    named_ranges,
    pasted_text,
    pasting,
    protection,
    sheet_copies,
    sheets,
    sorting,
    tables,
    tidying,
    validation,
)

Handler = Callable[[Spreadsheet, dict[str, Any]], dict[str, Any] | None]
"""Changes the spreadsheet and gives the reply's content, None for an empty one."""

HANDLERS: dict[str, Handler] = {
    "addBanding": banding.add_banding,
    "addChart": embedded_objects.add_chart,
    "addConditionalFormatRule": conditional_formats.add_conditional_format_rule,
    "addDimensionGroup": dimension_groups.add_dimension_group,
    "addFilterView": filters.add_filter_view,
    "addNamedRange": named_ranges.add_named_range,
    "addProtectedRange": protection.add_protected_range,
    "addSheet": sheets.add_sheet,
    "addSlicer": embedded_objects.add_slicer,
    "addTable": tables.add_table,
    "appendCells": append_cells.append_cells,
    "appendDimension": dimensions.append_dimension,
    "autoFill": auto_fill.auto_fill,
    "autoResizeDimensions": auto_resize.auto_resize_dimensions,
    "clearBasicFilter": filters.clear_basic_filter,
    "copyPaste": pasting.copy_paste,
    "createDeveloperMetadata": developer_metadata.create_developer_metadata,
    "cutPaste": pasting.cut_paste,
    "deleteBanding": banding.delete_banding,
    "deleteConditionalFormatRule": conditional_formats.delete_conditional_format_rule,
    "deleteDeveloperMetadata": developer_metadata.delete_developer_metadata,
    "deleteDimension": dimensions.delete_dimension,
    "deleteDimensionGroup": dimension_groups.delete_dimension_group,
    "deleteDuplicates": tidying.delete_duplicates,
    "deleteEmbeddedObject": embedded_objects.delete_embedded_object,
    "deleteFilterView": filters.delete_filter_view,
    "deleteNamedRange": named_ranges.delete_named_range,
    "deleteProtectedRange": protection.delete_protected_range,
    "deleteRange": moving.delete_range,
    "deleteSheet": sheets.delete_sheet,
    "deleteTable": tables.delete_table,
    "duplicateFilterView": filters.duplicate_filter_view,
    "duplicateSheet": sheet_copies.duplicate_sheet,
    "findReplace": find_replace.find_replace,
    "insertDimension": dimensions.insert_dimension,
    "insertRange": moving.insert_range,
    "mergeCells": merges.merge_cells,
    "moveDimension": moving.move_dimension,
    "pasteData": pasted_text.paste_data,
    "randomizeRange": tidying.randomize_range,
    "repeatCell": cells.repeat_cell,
    "setBasicFilter": filters.set_basic_filter,
    "setDataValidation": validation.set_data_validation,
    "sortRange": sorting.sort_range,
    "textToColumns": pasted_text.text_to_columns,
    "trimWhitespace": tidying.trim_whitespace,
    "unmergeCells": merges.unmerge_cells,
    "updateBanding": banding.update_banding,
    "updateBorders": borders.update_borders,
    "updateCells": cells.update_cells,
    "updateChartSpec": embedded_objects.update_chart_spec,
    "updateConditionalFormatRule": conditional_formats.update_conditional_format_rule,
    "updateDeveloperMetadata": developer_metadata.update_developer_metadata,
    "updateDimensionGroup": dimension_groups.update_dimension_group,
    "updateDimensionProperties": dimensions.update_dimension_properties,
    "updateEmbeddedObjectBorder": embedded_objects.update_embedded_object_border,
    "updateEmbeddedObjectPosition": embedded_objects.update_embedded_object_position,
    "updateFilterView": filters.update_filter_view,
    "updateNamedRange": named_ranges.update_named_range,
    "updateProtectedRange": protection.update_protected_range,
    "updateSheetProperties": sheets.update_sheet_properties,
    "updateSlicerSpec": embedded_objects.update_slicer_spec,
    "updateSpreadsheetProperties": sheets.update_spreadsheet_properties,
    "updateTable": tables.update_table,
}

# the message whose fields a kind's mask names
_UPDATED = {
    "appendCells": "CellData",
    "repeatCell": "CellData",
    "updateBanding": "BandedRange",
    "updateCells": "CellData",
    "updateDeveloperMetadata": "DeveloperMetadata",
    "updateDimensionGroup": "DimensionGroup",
    "updateDimensionProperties": "DimensionProperties",
    "updateEmbeddedObjectBorder": "EmbeddedObjectBorder",
    "updateEmbeddedObjectPosition": "OverlayPosition",
    "updateFilterView": "FilterView",
    "updateNamedRange": "NamedRange",
    "updateProtectedRange": "ProtectedRange",
    "updateSheetProperties": "SheetProperties",
    "updateSlicerSpec": "SlicerSpec",
    "updateSpreadsheetProperties": "SpreadsheetProperties",
    "updateTable": "Table",
}


def apply_requests(spreadsheet: Spreadsheet, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Apply a batch in order; the caller saves the spreadsheet if none of them fails.

    Args:
        spreadsheet: what is changed, in memory.
        requests: the body's ``requests``, read as messages: objects of one member, the kind.

    Returns:
        One reply a request, ``{}`` where there is nothing to say.

    Raises:
        InvalidArgumentError: at the first request that is refused, in Google's form
            ``Invalid requests[i].kind: reason``.
        UnsupportedError: at a kind that is not served.
    """
    if not requests:
        raise InvalidArgumentError("Must specify at least one request.")
    replies: list[dict[str, Any]] = []
    for number, request in enumerate(requests):
        replies.append(_apply(spreadsheet, request, f"requests[{number}]"))
    return replies


def _apply(spreadsheet: Spreadsheet, request: dict[str, Any], at: str) -> dict[str, Any]:
    if not request:
        raise InvalidArgumentError(f"Invalid {at}: No request set.")
    ((kind, body),) = request.items()
    if kind not in HANDLERS:
        raise UnsupportedError
    try:
        if kind in _UPDATED and body.get("fields"):
            check_update(body["fields"], _UPDATED[kind])
        reply = HANDLERS[kind](spreadsheet, body)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"Invalid {at}.{kind}: {error.message}") from error
    # what later requests change must not change what this one replied
    return {} if reply is None else {kind: copy.deepcopy(reply)}
